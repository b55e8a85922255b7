import json
from dataclasses import dataclass

import pytest

from chalicelib.reporting.lists import conversion_queries
from chalicelib.tables.clicks import ClickRow
from tests.advertiser import Deal
from tests.conftest import Api
from tests.documents import (
    Publisher,
    add_publisher,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
)

PATH = "/publisher/conversions"


@dataclass(frozen=True, slots=True)
class Seller:
    """A publisher with a link to a smartlink."""

    publisher: Publisher
    deal: Deal

    def listed(self, query: str = "", limit: int = 50) -> list[str]:
        found = pages(self.publisher.api, f"{PATH}?{query}", limit)
        return [conversion["id"] for page in found for conversion in page]


@pytest.fixture
def sellers(admin: Api) -> list[Seller]:
    """Create two publishers on one smartlink."""
    campaign = new_campaign(admin, payout="1.50", revenue="2.00")
    smartlink = new_smartlink(admin, campaign)
    publishers = [new_publisher(admin, name) for name in ("Ann", "Bob")]
    return [
        Seller(each, Deal(campaign, smartlink, each.id, add_publisher(admin, smartlink, each))) for each in publishers
    ]


def test_publisher_sees_their_conversion_without_revenue(admin: Api, sellers: list[Seller]) -> None:
    ann, deal = sellers[0], sellers[0].deal
    click_id = deal.click()
    conversion_id = deal.posted(click_id, txid="t1", event="sale")
    (shown,) = good(ann.publisher.api.get(PATH))["items"]
    assert shown == {
        "id": conversion_id,
        "click_id": click_id,
        "txid": "t1",
        "event": "sale",
        "goal": "default",
        "status": "approved",
        "reason": None,
        "reported_by": "postback",
        "amount": None,
        "payout": "1.50",
        "currency": "USD",
        "at": shown["at"],
        "click_at": good(admin.get(f"/admin/clicks/{click_id}"))["at"],
        "decided_at": None,
        "campaign_id": deal.campaign["id"],
        "campaign_name": "game",
        "smartlink_id": deal.smartlink["id"],
        "smartlink_name": "Summer App Deals",
        "publisher_id": deal.publisher_id,
        "publisher_name": "Ann",
        "version": 1,
    }


def test_publisher_lists_their_own_conversions_only(sellers: list[Seller]) -> None:
    ann, bob = sellers
    first, other, last = (each.deal.posted(each.deal.click()) for each in (ann, bob, ann))
    assert ann.listed(limit=1) == [last, first]
    assert bob.listed() == [other]
    for name, value in (("smartlink_id", ann.deal.smartlink["id"]), ("campaign_id", ann.deal.campaign["id"])):
        assert bob.listed(f"{name}={value}") == [other]
        assert bob.listed(f"{name}=unknown") == []


def test_click_of_another_publisher_has_no_conversions(sellers: list[Seller]) -> None:
    ann, bob = sellers
    click_id = ann.deal.click()
    conversion_id = ann.deal.posted(click_id)
    assert ann.listed(f"click_id={click_id}") == [conversion_id]
    assert bob.listed(f"click_id={click_id}") == bob.listed("click_id=unknown") == []


def test_conversions_are_filtered_by_status_and_goal(sellers: list[Seller]) -> None:
    ann, deal = sellers[0], sellers[0].deal
    approved, rejected = deal.posted(deal.click()), deal.posted(deal.click(), status="rejected")
    assert (ann.listed("status=approved"), ann.listed("status=rejected")) == ([approved], [rejected])
    assert (ann.listed("goal=default"), ann.listed("goal=sale")) == ([rejected, approved], [])


def test_conversions_are_found_by_the_publishers_own_click_id(sellers: list[Seller]) -> None:
    ann, bob = sellers
    click_id = ann.deal.click({"click_id": "theirs"})
    made = [ann.deal.posted(click_id, txid=str(n)) for n in range(3)]
    ann.deal.posted(ann.deal.click({"click_id": "another"}))
    bob.deal.posted(bob.deal.click({"click_id": "theirs"}))
    assert ann.listed("external_click_id=theirs", 2) == made[::-1]
    assert ann.listed(f"external_click_id=theirs&click_id={click_id}") == made[::-1]
    assert ann.listed(f"external_click_id=another&click_id={click_id}") == []
    assert ann.listed("external_click_id=unknown") == []


def test_conversion_of_an_expired_click_has_no_external_click_id(sellers: list[Seller]) -> None:
    ann, deal = sellers[0], sellers[0].deal
    click_id = deal.click({"click_id": "theirs"})
    conversion_id = deal.posted(click_id)
    ClickRow(click_id).delete()
    assert (ann.listed(), ann.listed("external_click_id=theirs")) == ([conversion_id], [])


def test_search_for_an_external_click_id_ends_early(sellers: list[Seller], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion_queries, "_CLICKS_PER_READ", 1)
    monkeypatch.setattr(conversion_queries, "MAX_COST", 2)
    ann, deal = sellers[0], sellers[0].deal
    oldest = deal.posted(deal.click({"click_id": "theirs"}))
    for _ in range(3):
        deal.posted(deal.click())
    page = good(ann.publisher.api.get(f"{PATH}?external_click_id=theirs"))
    assert (page["items"], len(page["next_cursor"])) == ([], 31)
    assert ann.listed("external_click_id=theirs") == [oldest]


def test_csv_has_no_revenue(sellers: list[Seller]) -> None:
    ann, deal = sellers[0], sellers[0].deal
    conversion_id = deal.posted(deal.click())
    header, line = ann.publisher.api.get(f"{PATH}?format=csv").text.removeprefix("\ufeff").splitlines()
    assert header.split(",")[9:13] == ["payout", "currency", "at", "click_at"]
    assert {"revenue", "decided_by"}.isdisjoint(header.split(","))
    assert line.startswith(conversion_id)
    assert "2.00" not in line


def test_revenue_is_not_in_the_answer(sellers: list[Seller]) -> None:
    ann, deal = sellers[0], sellers[0].deal
    deal.posted(deal.click())
    text = json.dumps(good(ann.publisher.api.get(PATH)))
    assert "revenue" not in text
    assert "2.00" not in text


def test_filters_of_admins_are_unknown(sellers: list[Seller]) -> None:
    response = sellers[0].publisher.api.get(f"{PATH}?publisher_id=x&status=paid")
    assert set(errors_by_pointer(response)) == {"/publisher_id", "/status"}
