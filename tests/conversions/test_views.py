from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.counters.cells import Cell, quarter_of
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow
from tests.advertiser import Deal, caps_of, conversions, counted, make_older, new_deal, sums, used
from tests.conftest import Api, dynamodb
from tests.documents import clicked, complaints, explained, good, new_campaign, new_link, new_publisher, recorded

FORM = "application/x-www-form-urlencoded"
GIF = b"GIF89a\x01\x00\x01\x00"


def answer(status: str, conversion_id: str) -> dict[str, str]:
    return {"status": status, "conversion_id": conversion_id}


# What is recorded


def test_a_conversion_is_recorded_once_and_told_as_a_duplicate_after(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    first, second = deal.post(click_id), deal.post(click_id)
    (conversion_id,) = conversions()
    assert (first.status, first.json) == (200, answer("recorded", conversion_id))
    assert (second.status, second.json) == (200, answer("duplicate", conversion_id))
    assert sums()["conversions"] == sums()["arrived_conversions"] == 1


def test_a_duplicate_changes_nothing_whatever_it_says(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    conversion_id = deal.posted(click_id, payout="1")
    before = conversions()[conversion_id].serialize()
    assert good(deal.post(click_id, payout="99", revenue="99"))["status"] == "duplicate"
    assert conversions()[conversion_id].serialize() == before


def test_another_transaction_or_event_is_another_conversion(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    said: list[dict[str, str]] = [{}, {"txid": "1"}, {"txid": "2"}, {"event": "1"}, {"txid": "1", "event": "1"}]
    assert len({deal.posted(click_id, **each) for each in said}) == 5
    assert {deal.posted(click_id, **each) for each in said} == set(conversions())


def test_a_conversion_counts_for_the_clicks_audience(admin: Api) -> None:
    deal = new_deal(admin, currency="EUR")
    click_id = deal.click({"sub1": "jan"})
    make_older(click_id, timedelta(days=3))
    row = deal.kept(click_id)
    ids = (deal.smartlink["id"], 1, deal.campaign["id"], deal.publisher_id)
    cell = Cell(quarter_of(row.click_at), *ids, "US", "mobile", "ios", "jan", reason="", currency="EUR")
    assert counted() == {
        cell: [0, 0, 0, 1, 1_500_000, 2_000_000, 0, 0, 0, 0],
        cell._replace(quarter=quarter_of(row.at)): [0, 0, 0, 0, 0, 0, 1, 1_500_000, 2_000_000, 0],
    }


def test_a_conversion_of_a_direct_link_counts_for_its_campaign(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path = f"/admin/publishers/{publisher.id}/campaigns"
    key = good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"]
    deal = Deal(campaign, {}, publisher.id, key)
    row = deal.kept(deal.click())
    assert (row.route_id, row.campaign_id) == (campaign["id"], campaign["id"])


def test_a_conversion_is_paid_as_the_campaign_said_at_the_time_of_the_click(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"payout": "9", "revenue": "10", "currency": "EUR"})
    row = deal.kept(click_id)
    assert (row.payout, row.revenue, row.currency) == ("1.50", "2.00", "USD")
    later = deal.kept(deal.click())
    assert (later.payout, later.revenue, later.currency) == ("9", "10", "EUR")


def test_a_postback_may_bring_its_own_money(admin: Api) -> None:
    deal = new_deal(admin)
    row = deal.kept(deal.click(), payout="0.10", revenue="12345.678901", currency="USD")
    assert (row.payout, row.revenue) == ("0.10", "12345.678901")
    assert (sums()["payout"], sums()["revenue"]) == (100_000, 12_345_678_901)


def test_what_is_appended_is_ignored_and_what_is_empty_absent(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    bare = deal.posted(click_id)
    junk = {"limit": "7", "utm": "x", "txid": "", "event": "", "payout": "", "currency": "", "status": ""}
    assert deal.post(click_id, **junk).json == answer("duplicate", bare)


# Posted


@pytest.mark.parametrize("where", ["query", "form", "json", "both"])
def test_a_post_brings_its_parameters_in_the_query_or_in_the_body(admin: Api, where: str) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    sent = {"click_id": click_id, "token": deal.campaign["postback_token"], "txid": "a b"}
    bodies: dict[str, tuple[str, Any, str]] = {
        "query": (f"?{urlencode(sent)}", None, ""),
        "form": ("", urlencode(sent).encode(), f"{FORM}; charset=utf-8"),
        "json": ("", sent, "application/json"),
        "both": (f"?{urlencode({**sent, 'txid': 'other'})}", b"txid=a+b", FORM),
    }
    query, body, media = bodies[where]
    answered = Api().post(f"/postback{query}", body, Content_Type=media)
    assert answered.json == answer("recorded", ReportedConversion(click_id, "a b").conversion_id)
    assert good(deal.post(click_id, txid="a b"))["status"] == "duplicate"


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff"], ids=["a list", "cut short", "not UTF-8"])
def test_a_post_that_is_no_object_is_malformed(admin: Api, body: bytes) -> None:
    assert Api().post("/postback", body).status == 400


def test_two_advertisers_may_use_the_same_idempotency_key(admin: Api) -> None:
    ids = []
    for deal in (new_deal(admin), new_deal(admin)):
        body = {"click_id": deal.click(), "token": deal.campaign["postback_token"]}
        ids += [good(Api().post("/postback", body, Idempotency_Key="1")) for _ in range(2)]
    assert [each["status"] for each in ids] == ["recorded", "duplicate"] * 2
    assert len(conversions()) == 2


# Rejections


def test_a_rejection_reverses_every_figure_and_gives_the_caps_back(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "payout", "revenue", limit="9"))
    click_id = deal.click()
    conversion_id = deal.posted(click_id)
    assert used() == {"conversions|*": 1, "payout|*": 1_500_000, "revenue|*": 2_000_000}
    told = [good(deal.post(click_id, status="rejected")) for _ in range(2)]
    assert told == [answer("recorded", conversion_id), answer("duplicate", conversion_id)]
    assert (sums(), set(used().values())) == ({}, {0})
    row = conversions()[conversion_id]
    assert (row.status, row.revision) == ("rejected", 2)


def test_an_advertisers_retry_does_not_bring_a_rejected_conversion_back(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    deal.posted(click_id)
    deal.posted(click_id, status="rejected")
    assert good(deal.post(click_id))["status"] == "duplicate"
    assert sums() == {}


def test_a_rejection_of_something_unknown_is_kept_and_counts_nothing(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    click_id = deal.click()
    told = [good(deal.post(click_id, status=status))["status"] for status in ("rejected", "rejected", "approved")]
    assert told == ["recorded", "duplicate", "duplicate"]
    (row,) = conversions().values()
    assert (row.status, row.revision, sums(), used()) == ("rejected", 1, {}, {})


# Refusals


@pytest.mark.parametrize("click_id", ["none", "x" * 5000, "01m7y0t1vmy3cyr3ct0v4mvta8", "é"])
def test_an_unknown_click_is_not_found(admin: Api, click_id: str) -> None:
    assert new_deal(admin).post(click_id).status == 404


def test_a_click_that_reached_no_campaign_is_not_found(admin: Api) -> None:
    deal = new_deal(admin, targeting={"countries": ["DE"]})
    assert deal.post(deal.click()).status == 404


@pytest.mark.parametrize("token", ["x", "ü", "another"])
def test_a_wrong_token_is_forbidden_and_leaves_no_trace(admin: Api, token: str) -> None:
    deal, other = new_deal(admin), new_deal(admin)
    wrong = other.campaign["postback_token"] if token == "another" else token
    assert deal.post(deal.click(), token=wrong, payout="bad").status == 403
    assert (conversions(), sums()) == ({}, {})


def test_the_token_of_a_campaign_that_is_gone_is_wrong(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    CampaignRow(deal.campaign["id"]).delete()
    assert deal.post(click_id).status == 403


def test_a_pixel_of_a_campaign_that_is_gone_takes_no_caps(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    click_id = deal.click()
    CampaignRow(deal.campaign["id"]).delete()
    pixel(deal, click_id)
    assert (len(conversions()), used()) == (1, {})


def test_after_the_attribution_window_of_the_clicks_time_it_is_too_late(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=2)
    inside, outside = deal.click(), deal.click()
    admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"attribution_window_days": 300})
    make_older(inside, timedelta(days=2) - timedelta(minutes=1))
    make_older(outside, timedelta(days=2, minutes=1))
    assert deal.post(inside).status == 200
    assert (deal.post(outside).status, deal.post(outside, status="rejected").status) == (410, 410)
    assert len(conversions()) == 1


def test_a_known_conversion_is_rejected_after_the_window_too(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=2)
    click_id = deal.click()
    deal.posted(click_id)
    make_older(click_id, timedelta(days=9))
    assert [good(deal.post(click_id, status=status))["status"] for status in ("approved", "rejected")] == [
        "duplicate",
        "recorded",
    ]
    assert sums() == {}


def test_bad_figures_are_all_named_at_once(admin: Api) -> None:
    deal = new_deal(admin)
    answered = deal.post(deal.click(), payout="-1", revenue="x", currency="EUR", status="maybe", txid="x" * 256)
    assert set(complaints(answered)) == {"/payout", "/revenue", "/currency", "/status", "/txid"}
    assert complaints(answered)["/currency"] == "must be USD, the campaign's"
    assert conversions() == {}


def test_without_click_and_token_there_is_nothing_to_record(admin: Api) -> None:
    assert complaints(Api().get("/postback")) == {"/click_id": "is required", "/token": "is required"}


def test_a_table_that_does_not_answer_makes_the_advertiser_come_again(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    dynamodb().delete_table(TableName="smartlink-conversions")
    assert deal.post(click_id).status == 503


# Caps


def test_conversions_are_kept_beyond_their_cap(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "revenue"))
    clicks = [deal.click() for _ in range(3)]
    assert [good(deal.post(click_id))["status"] for click_id in clicks] == ["recorded"] * 3
    assert used() == {"conversions|*": 3, "revenue|*": 6_000_000}


def test_a_conversion_takes_the_caps_that_the_campaign_has_now(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    caps = caps_of("payout", scope="publisher", window="total")
    admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"caps": caps})
    deal.posted(click_id)
    (row,) = CapCounterRow.scan()
    assert row.key == f"{deal.campaign['id']}|payout|total|UTC|ever|{deal.publisher_id}"
    assert row.used == 1_500_000
    assert row.expires_at is None


@pytest.mark.parametrize(
    ("cap", "conversions_before"),
    [
        ({"metric": "conversions", "limit": "2"}, 2),
        ({"metric": "payout", "limit": "3"}, 2),
        ({"metric": "payout", "limit": "3.01"}, 3),
        ({"metric": "revenue", "limit": "0.5", "scope": "publisher"}, 1),
    ],
    ids=["conversions", "payout", "payout, a little more", "revenue of a publisher"],
)
def test_an_offer_whose_cap_is_used_up_takes_no_more_clicks(
    admin: Api, cap: dict[str, str], conversions_before: int
) -> None:
    deal = new_deal(admin, caps=[{"window": "day", **cap}])
    for _ in range(conversions_before):
        click = explained(admin, deal.code)
        assert click["outcome"] == "offer"
        deal.posted(click["click_id"])
    last = explained(admin, deal.code)
    assert (last["outcome"], last["decision"]["considered"][0]["refused"]) == ("fallback", "cap")


def test_a_rejection_makes_room_for_clicks_again(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    click_id = deal.click()
    deal.posted(click_id)
    assert explained(admin, deal.code)["outcome"] == "fallback"
    deal.posted(click_id, status="rejected")
    assert explained(admin, deal.code)["outcome"] == "offer"


# The pixel


def pixel(deal: Deal, click_id: str, **parameters: str) -> HTTPResponse:
    """What a browser that clicked gets; another's query may name another campaign."""
    sent = urlencode({"campaign_id": deal.campaign["id"], **parameters})
    cookie = f"a=b; click_{deal.campaign['id']}={click_id}"
    with Client(app.app) as client:
        return client.http.get(f"/pixel.gif?{sent}", headers={"Cookie": cookie})


def test_the_pixel_records_a_conversion_by_the_cookie_of_the_redirect(admin: Api) -> None:
    deal = new_deal(admin)
    name, _, value = clicked(deal.code).headers["Set-Cookie"].partition(";")[0].partition("=")
    (click_id,) = recorded()
    assert (name, value) == (f"click_{deal.campaign['id']}", click_id)
    for _ in range(2):
        pixel(deal, click_id, txid="t1", event="sale")
    (row,) = conversions().values()
    assert (row.click_id, row.txid, row.event, row.status) == (click_id, "t1", "sale", "approved")
    assert good(deal.post(click_id, txid="t1", event="sale"))["status"] == "duplicate"


def test_the_pixel_is_a_gif_that_nobody_keeps(admin: Api) -> None:
    deal = new_deal(admin)
    answered = pixel(deal, deal.click())
    assert (answered.status_code, len(answered.body), answered.body[:10]) == (200, 29, GIF)
    assert answered.headers == {"Content-Type": "image/gif", "Cache-Control": "no-store"}
    assert answered.body.isascii()


def test_money_is_never_taken_from_a_pixel(admin: Api) -> None:
    deal = new_deal(admin)
    pixel(deal, deal.click(), payout="99", revenue="99", currency="EUR", status="rejected")
    (row,) = conversions().values()
    assert (row.payout, row.revenue, row.currency, row.status) == ("1.50", "2.00", "USD", "approved")


NOTHING: dict[str, dict[str, Any]] = {
    "no campaign": {"campaign_id": ""},
    "another campaign": {"campaign_id": "cmp_other"},
    "too long a transaction": {"txid": "x" * 256},
}


@pytest.mark.parametrize("said", NOTHING.values(), ids=NOTHING)
def test_a_wrong_pixel_is_an_image_that_records_nothing(admin: Api, said: dict[str, str]) -> None:
    deal = new_deal(admin)
    assert pixel(deal, deal.click(), **said).body.startswith(GIF)
    assert conversions() == {}


@pytest.mark.parametrize("cookie", ["", "none", "x" * 3000], ids=["none", "unknown", "too long"])
def test_a_browser_that_never_clicked_gets_its_image_too(admin: Api, cookie: str) -> None:
    answered = pixel(new_deal(admin), cookie)
    assert (answered.status_code, conversions()) == (200, {})


def test_a_cookie_of_another_campaigns_click_records_nothing(admin: Api) -> None:
    deal, other = new_deal(admin), new_deal(admin)
    assert pixel(deal, other.click()).status_code == 200
    assert conversions() == {}


def test_a_pixel_after_the_window_records_nothing(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=1)
    click_id = deal.click()
    make_older(click_id, timedelta(days=2))
    assert (pixel(deal, click_id).status_code, conversions()) == (200, {})


def test_a_pixel_is_an_image_while_the_tables_are_down(admin: Api, caplog: pytest.LogCaptureFixture) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    dynamodb().delete_table(TableName="smartlink-conversions")
    assert pixel(deal, click_id).body.startswith(GIF)
    assert f"a pixel of campaign {deal.campaign['id']} was not recorded" in caplog.text


def test_the_cookie_stays_as_long_as_a_conversion_may_come_of_it(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=7)
    rules = clicked(deal.code).headers["Set-Cookie"].split("; ")[1:]
    assert rules == ["Path=/", "Max-Age=604800", "Secure", "HttpOnly", "SameSite=None"]


def test_a_click_that_reaches_no_campaign_sets_no_cookie(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, targeting={"countries": ["DE"]}))
    assert "Set-Cookie" not in clicked(code).headers
