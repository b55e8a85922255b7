from typing import Any

import pytest

from chalicelib.admin.smartlinks.references import SmartlinkReferences
from tests.admin.edited_smartlinks import path_of
from tests.conftest import Api
from tests.documents import errors_by_pointer, new_campaign, new_smartlink
from tests.http.support import a_request

OWN = "must not lead to one of our own links; use the address that the link leads to"


def test_errors_are_those_of_campaigns_and_addresses(admin: Api) -> None:
    campaign, link = new_campaign(admin), "https://api.example/s/abcde12345"
    references = SmartlinkReferences(a_request(), {})
    offers = [{"campaign_id": campaign["id"], "destination_url": link}, {"campaign_id": "cmp_none"}]

    assert references.errors({"offers": offers, "fallback_url": link, "catch_all_campaign_id": "cmp_gone"}) == [
        ("/offers/1/campaign_id", "is not a campaign: cmp_none"),
        ("/catch_all_campaign_id", "is not a campaign: cmp_gone"),
        ("/fallback_url", OWN),
        ("/offers/0/destination_url", OWN),
    ]
    assert set(references.campaigns) == {campaign["id"]}


@pytest.mark.parametrize("document", [None, [], {"offers": 3, "fallback_url": 3, "tracking_domain": []}], ids=str)
def test_malformed_document_has_no_references(tables: None, document: Any) -> None:
    assert SmartlinkReferences(a_request(), {}).errors(document) == []


@pytest.mark.parametrize(("domain", "is_refused"), [("go.example", False), ("other.example", True), (None, True)])
def test_stored_address_passes_while_the_tracking_domain_stays(
    tables: None, domain: str | None, is_refused: bool
) -> None:
    stored = {"tracking_domain": "go.example", "fallback_url": "https://api.example/s/abcde12345"}
    errors = SmartlinkReferences(a_request(), stored).errors({**stored, "tracking_domain": domain})

    assert [each for each in errors if each[0] == "/fallback_url"] == ([("/fallback_url", OWN)] if is_refused else [])


def test_errors_of_fields_and_references_come_in_one_round(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    body = {
        "name": "",
        "offers": [{"campaign_id": "cmp_none", "weight": -1}, {"weight": 1}],
        "catch_all_campaign_id": "cmp_gone",
        "tracking_domain": "GO",
        "more": 1,
    }
    expected = {
        "/name": "must not be empty",
        "/offers/0/campaign_id": "is not a campaign: cmp_none",
        "/offers/0/weight": "must be 0 or more",
        "/offers/1/campaign_id": "is required",
        "/catch_all_campaign_id": "is not a campaign: cmp_gone",
        "/tracking_domain": "must be a host name in lower case such as go.network.example, without https:// and path",
        "/more": "is not a known field",
    }
    assert list(errors_by_pointer(admin.post("/admin/smartlinks", body)).items()) == list(expected.items())
    assert errors_by_pointer(admin.patch(path_of(smartlink), body)) == expected


def test_at_most_100_errors_are_returned(admin: Api) -> None:
    offers = [{"campaign_id": f"cmp_{n}", "weight": -1} for n in range(150)]
    errors = admin.post("/admin/smartlinks", {"name": "S", "offers": offers}).json["errors"]

    assert [each["pointer"] for each in errors] == [
        f"/offers/{n}/{field}" for n in range(50) for field in ("campaign_id", "weight")
    ]


def test_campaign_listed_twice_is_named_beside_other_errors(admin: Api) -> None:
    campaign = {"campaign_id": new_campaign(admin)["id"]}
    twice = f"must list each campaign once; listed twice: {campaign['campaign_id']}"
    offers = [campaign, {**campaign, "weight": -1}]
    both = {"/offers": twice, "/offers/1/weight": "must be 0 or more"}
    assert errors_by_pointer(admin.post("/admin/smartlinks", {"name": "x", "offers": offers})) == both

    body = {"name": "x", "offers": [campaign, campaign], "catch_all_campaign_id": campaign["campaign_id"]}
    refused = admin.post("/admin/smartlinks/simulate", {"smartlink": body})
    assert refused.json["errors"] == [{"pointer": "/smartlink/offers", "detail": twice}]
