from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from chalicelib.http import dispatch
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.documents import good, pages

PATH = "/admin/postbacks/refused"


def test_refused_postback_is_shown_without_its_token(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    deal.post(click_id, txid="t 1", payout="abc")
    (item,) = good(admin.get(PATH))["items"]
    assert (item["id"][:4], item["at"][-1]) == ("rfp_", "Z")
    assert {name: item[name] for name in item if name not in {"id", "at"}} == {
        "campaign_id": deal.campaign["id"],
        "click_id": click_id,
        "reason": "invalid",
        "detail": "/payout must be a decimal number of 0 or more with at most 12 digits before the point, such as 1.50",
        "address": "127.0.0.1",
        "query": f"click_id={click_id}&txid=t+1&payout=abc",
        "omitted": 0,
    }


def test_list_of_another_campaign_is_empty(admin: Api) -> None:
    deal, other = new_deal(admin), new_deal(admin)
    deal.post("unknown")
    assert [len(each) for each in pages(admin, f"{PATH}?campaign_id={deal.campaign['id']}", 1)] == [1]
    assert pages(admin, f"{PATH}?campaign_id={other.campaign['id']}", 1) == [[]]


def test_what_was_left_out_is_an_item(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr(dispatch, "datetime", SimpleNamespace(now=lambda _: now))
    deal = new_deal(admin)
    for _ in range(62):
        deal.post("unknown")
    items = good(admin.get(f"{PATH}?limit=200"))["items"]
    (item,) = [item for item in items if item["reason"] == "omitted"]
    assert len(items) == 61
    assert (item["omitted"], item["click_id"], item["address"], item["query"]) == (2, None, None, None)
    assert item["detail"].startswith("More postbacks were refused from ")
    assert item["at"].endswith(":00:00.000Z")


def test_publishers_cannot_read_the_list(admin: Api) -> None:
    assert Api().get(PATH).status == 401
