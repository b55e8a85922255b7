from typing import Any

import pytest

from chalicelib.admin import route_publishing
from chalicelib.admin.references import campaign_errors, campaign_id_errors, publisher_id_errors
from tests.conftest import Api
from tests.documents import errors_by_pointer, new_campaign, new_publisher, new_smartlink


def test_missing_and_archived_campaigns_are_errors(admin: Api) -> None:
    used, archived = new_campaign(admin)["id"], new_campaign(admin)["id"]
    admin.delete(f"/admin/campaigns/{archived}")
    rows = route_publishing.campaigns([used, archived])

    assert campaign_errors({"/a": used, "/b": archived, "/c": "cmp_none"}, rows) == [
        ("/b", f"is an archived campaign: {archived}"),
        ("/c", "is not a campaign: cmp_none"),
    ]


@pytest.mark.parametrize(
    "document", [{}, {"campaign_id": 3, "publisher_id": None}, {"campaign_id": ""}, [], None], ids=str
)
def test_document_without_references_has_no_errors(tables: None, document: Any) -> None:
    assert [*campaign_id_errors(document), *publisher_id_errors(document)] == []


def test_unknown_references_come_with_the_other_errors_of_the_body(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    approval = admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"more": 1, "campaign_id": "cmp_none"})
    member = admin.post(f"/admin/smartlinks/{smartlink['id']}/publishers", {"more": 1, "publisher_id": "pub_none"})

    unknown = {"/more": "is not a known field"}
    assert errors_by_pointer(approval) == {**unknown, "/campaign_id": "is not a campaign: cmp_none"}
    assert errors_by_pointer(member) == {**unknown, "/publisher_id": "is not a publisher: pub_none"}


def test_terms_have_all_errors_at_once(admin: Api) -> None:
    publisher, campaign = new_publisher(admin), new_campaign(admin, goals=[{"name": "sale"}])
    body = {"payout": 1.5, "goals": [{"name": "sale", "payout": "-1"}, {"name": "lead"}, {"name": 3}], "more": 1}
    money = 'must be a decimal string of 0 or more, such as "1.50"'

    assert list(
        errors_by_pointer(admin.put(f"/admin/publishers/{publisher.id}/terms/{campaign['id']}", body)).items()
    ) == [
        ("/payout", "must be a string"),
        ("/goals/0/payout", money),
        ("/goals/1/name", "is not a named goal of the campaign: lead"),
        ("/goals/2/name", "must be a string"),
        ("/more", "is not a known field"),
    ]
    assert errors_by_pointer(admin.put(f"/admin/publishers/{publisher.id}/terms/cmp_none", {"payout": 1})) == {
        "/campaign_id": "is not a campaign: cmp_none",
        "/payout": "must be a string",
    }


def test_campaign_has_its_own_links_among_all_errors(admin: Api) -> None:
    link = "http://api1.execute-api.localhost:4566/s/abcde12345"
    own = "must not lead to one of our own links; use the address that the link leads to"
    answered = admin.post("/admin/campaigns", {"name": "", "destination_url": link, "payout": 3, "fail_url": link})

    assert list(errors_by_pointer(answered).items()) == [
        ("/name", "must not be empty"),
        ("/destination_url", own),
        ("/payout", "must be a string"),
        ("/fail_url", own),
    ]
    campaign = new_campaign(admin)
    edited = admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": 3, "fail_url": link, "x": None})
    assert errors_by_pointer(edited) == {"/x": "is not a known field", "/payout": "must be a string", "/fail_url": own}


def test_replay_has_the_errors_of_range_and_edit_at_once(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/replay"
    edit = {"offers": [{"campaign_id": "cmp_none", "weight": -1}], "x": None}
    answered = admin.post(path, {"from": "2026-11-02", "to": "2026-11-01", "smartlink": edit, "more": 1})

    assert errors_by_pointer(answered) == {
        "/from": "must be before `to`",
        "/smartlink/x": "is not a known field",
        "/smartlink/offers/0/campaign_id": "is not a campaign: cmp_none",
        "/smartlink/offers/0/weight": "must be 0 or more",
        "/more": "is not a known field",
    }


def test_base_currency_is_checked_with_the_rates(admin: Api) -> None:
    admin.put("/admin/exchange-rates", {"base": "USD", "rates": {}})

    assert errors_by_pointer(admin.put("/admin/exchange-rates", {"base": "EUR", "rates": {"GBP": 1}})) == {
        "/base": "must be USD: the base currency cannot change once it is set",
        "/rates/GBP": "must be a string",
    }
