from typing import Any

from tests.conftest import Api
from tests.documents import (
    Publisher,
    add_publisher,
    apply,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pending,
    set_terms,
)


def row(publisher: Publisher) -> dict[str, Any]:
    (found,) = good(publisher.api.get("/publisher/smartlinks"))["items"]
    return {**found}


def test_row_has_what_the_offers_pay_and_where(admin: Api) -> None:
    goals = [{"name": "sale", "payout": "12"}]
    offers = [
        new_campaign(admin, "one", payout="0.20", targeting={"countries": ["US", "GB"]}),
        new_campaign(admin, "two", payout="3", goals=goals, targeting={"countries": ["DE"]}),
        {"campaign_id": new_campaign(admin, "off", payout="99")["id"], "enabled": False},
        new_campaign(admin, "paused", payout="99", status="paused"),
    ]
    new_smartlink(admin, *offers)
    found = row(new_publisher(admin))
    assert found["payout_range"] == {"min": "0.20", "max": "12", "currency": "USD"}
    assert found["countries"] == ["DE", "GB", "US"]


def test_row_follows_an_edit_of_a_campaign(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, payout="1"), new_publisher(admin)
    new_smartlink(admin, campaign)
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "2"})
    assert row(publisher)["payout_range"] == {"min": "2", "max": "2", "currency": "USD"}


def test_row_and_page_of_a_smartlink_show_the_payout_of_the_publishers_terms(admin: Api) -> None:
    goals = [{"name": "sale", "payout": "5"}]
    one, two = new_campaign(admin, "one", payout="1", goals=goals), new_campaign(admin, "two", payout="3")
    smartlink = new_smartlink(admin, one, two)
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    set_terms(admin, ann.id, one, payout="2", goals=[{"name": "sale", "payout": "9"}])
    assert row(ann)["payout_range"] == {"min": "2", "max": "9", "currency": "USD"}
    assert row(bob)["payout_range"] == {"min": "1", "max": "5", "currency": "USD"}
    for publisher in (ann, bob):
        detail = good(publisher.api.get(f"/publisher/smartlinks/{smartlink['id']}"))
        assert {name: detail[name] for name in row(publisher).keys() - {"application"}} == {
            name: value for name, value in row(publisher).items() if name != "application"
        }


def test_row_has_the_application_and_the_link(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    assert (row(publisher)["application"], row(publisher)["link"]) == (None, None)
    apply(publisher, smartlink)
    admin.post(f"/admin/applications/{pending(admin)[0]}/decline", {"reason": "no"})
    application = row(publisher)["application"]
    assert application == {"status": "declined", "applied_at": application["applied_at"], "reason": "no"}
    code = add_publisher(admin, smartlink, publisher)
    assert row(publisher)["link"]["code"] == code
