from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.counters.cells import COUNTS, Cell, quarter_of
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow
from tests.advertiser import Deal, caps_of, conversions, counted, make_older, new_deal, sums, used
from tests.conftest import Api, dynamodb
from tests.documents import (
    click_and_explain,
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    recorded,
)

FORM = "application/x-www-form-urlencoded"
GIF = b"GIF89a\x01\x00\x01\x00"


def document(status: str, conversion_id: str, conversion_status: str = "approved") -> dict[str, str]:
    return {"status": status, "conversion_id": conversion_id, "conversion_status": conversion_status}


# Recording


def test_repeated_postback_is_a_duplicate(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    first, second = deal.post(click_id), deal.post(click_id)
    (conversion_id,) = conversions()
    assert (first.status, first.json) == (200, document("recorded", conversion_id))
    assert (second.status, second.json) == (200, document("duplicate", conversion_id))
    assert sums()["conversions"] == sums()["arrived_conversions"] == 1


def test_duplicate_with_other_amounts_changes_nothing(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    conversion_id = deal.posted(click_id, payout="1")
    before = conversions()[conversion_id].serialize()
    assert good(deal.post(click_id, payout="99", revenue="99"))["status"] == "duplicate"
    assert conversions()[conversion_id].serialize() == before


def test_other_transaction_or_goal_is_another_conversion(admin: Api) -> None:
    deal = new_deal(admin, goals=[{"name": "sale"}])
    click_id = deal.click()
    reports: list[dict[str, str]] = [{}, {"txid": "1"}, {"txid": "2"}, {"event": "sale"}]
    reports.append({"txid": "1", "event": "sale"})
    assert len({deal.posted(click_id, **report) for report in reports}) == 5
    assert {deal.posted(click_id, **report) for report in reports} == set(conversions())


def test_conversion_is_counted_with_the_dimensions_of_its_click(admin: Api) -> None:
    deal = new_deal(admin, currency="EUR")
    click_id = deal.click({"sub1": "jan"})
    make_older(click_id, timedelta(days=3))
    row = deal.kept(click_id)
    ids = (deal.smartlink["id"], 1, deal.campaign["id"], deal.publisher_id)
    values = ("US", "mobile", "ios", "jan")
    cell = Cell(quarter_of(row.click_at), *ids, *values, reason="", currency="EUR", goal="default")
    rest = [0] * (len(COUNTS) - 9)
    assert counted() == {
        cell: [0, 0, 0, 1, 1_500_000, 2_000_000, 0, 0, 0, *rest],
        cell._replace(quarter=quarter_of(row.at)): [0, 0, 0, 0, 0, 0, 1, 1_500_000, 2_000_000, *rest],
    }


def test_conversion_of_a_direct_link_has_the_campaigns_route(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    path = f"/admin/publishers/{publisher.id}/campaigns"
    key = good(admin.post(path, {"campaign_id": campaign["id"]}))["tracking_key"]
    deal = Deal(campaign, {}, publisher.id, key)
    row = deal.kept(deal.click())
    assert (row.route_id, row.campaign_id) == (campaign["id"], campaign["id"])


def test_conversion_is_paid_by_the_campaign_at_click_time(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"payout": "9", "revenue": "10", "currency": "EUR"})
    row = deal.kept(click_id)
    assert (row.payout, row.revenue, row.currency) == ("1.50", "2.00", "USD")
    later = deal.kept(deal.click())
    assert (later.payout, later.revenue, later.currency) == ("9", "10", "EUR")


def test_postback_may_report_its_own_amounts(admin: Api) -> None:
    deal = new_deal(admin)
    row = deal.kept(deal.click(), payout="0.10", revenue="12345.678901", currency="USD")
    assert (row.payout, row.revenue) == ("0.10", "12345.678901")
    assert (sums()["payout"], sums()["revenue"]) == (100_000, 12_345_678_901)


def test_unknown_and_empty_parameters_are_ignored(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    bare = deal.posted(click_id)
    junk = {"limit": "7", "utm": "x", "txid": "", "event": "", "payout": "", "currency": "", "status": ""}
    assert deal.post(click_id, **junk).json == document("duplicate", bare)


# POST


@pytest.mark.parametrize("where", ["query", "form", "json", "both"])
def test_post_takes_parameters_from_query_and_body(admin: Api, where: str) -> None:
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
    response = Api().post(f"/postback{query}", body, Content_Type=media)
    assert response.json == document("recorded", ReportedConversion(click_id, "a b").earlier_id)
    assert good(deal.post(click_id, txid="a b"))["status"] == "duplicate"


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff"], ids=["a list", "cut short", "not UTF-8"])
def test_post_body_that_is_no_object_is_malformed(admin: Api, body: bytes) -> None:
    assert Api().post("/postback", body).status == 400


@pytest.mark.parametrize("body", [b"--b--", b"ok", b"", b"[]", b"{", b"\xff"])
def test_post_body_that_cannot_be_read_is_ignored_if_the_query_suffices(admin: Api, body: bytes) -> None:
    deal = new_deal(admin)
    sent = urlencode({"click_id": deal.click(), "token": deal.campaign["postback_token"], "txid": "7"})
    assert good(Api().post(f"/postback?{sent}", body))["status"] == "recorded"
    assert [row.txid for row in conversions().values()] == ["7"]


def test_two_advertisers_may_use_the_same_idempotency_key(admin: Api) -> None:
    ids = []
    for deal in (new_deal(admin), new_deal(admin)):
        body = {"click_id": deal.click(), "token": deal.campaign["postback_token"]}
        ids += [good(Api().post("/postback", body, Idempotency_Key="1")) for _ in range(2)]
    assert [each["status"] for each in ids] == ["recorded", "duplicate"] * 2
    assert len(conversions()) == 2


# Rejections


def test_rejection_reverses_counts_and_cap_usage(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "payout", "revenue", limit="9"))
    click_id = deal.click()
    conversion_id = deal.posted(click_id)
    assert used() == {"conversions|*": 1, "payout|*": 1_500_000, "revenue|*": 2_000_000}
    responses = [good(deal.post(click_id, status="rejected")) for _ in range(2)]
    assert responses == [document(status, conversion_id, "rejected") for status in ("recorded", "duplicate")]
    assert (sums(), set(used().values())) == ({}, {0})
    row = conversions()[conversion_id]
    assert (row.status, row.revision) == ("rejected", 2)


def test_repeated_approval_does_not_restore_a_rejected_conversion(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    deal.posted(click_id)
    deal.posted(click_id, status="rejected")
    assert good(deal.post(click_id))["status"] == "duplicate"
    assert sums() == {}


def test_rejection_of_a_new_conversion_is_stored_and_not_counted(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    click_id = deal.click()
    responses = [good(deal.post(click_id, status="rejected"))["status"] for _ in range(2)]
    assert responses == ["recorded", "duplicate"]
    (row,) = conversions().values()
    assert (row.status, row.revision, sums(), used()) == ("rejected", 1, {}, {})


def test_explicit_approval_confirms_what_a_postback_rejected(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    answers = [good(deal.post(click_id, status=status)) for status in ("rejected", "approved")]
    assert [each["conversion_status"] for each in answers] == ["rejected", "approved"]
    assert sums()["conversions"] == 1


# Errors


@pytest.mark.parametrize("click_id", ["unknown", "x" * 5000, "01m7y0t1vmy3cyr3ct0v4mvta8", "é"])
def test_unknown_click_is_not_found(admin: Api, click_id: str) -> None:
    assert new_deal(admin).post(click_id).status == 404


def test_click_without_campaign_is_not_found(admin: Api) -> None:
    deal = new_deal(admin, targeting={"countries": ["DE"]})
    assert deal.post(deal.click()).status == 404


@pytest.mark.parametrize("token", ["x", "ü", "another"])
def test_wrong_token_is_forbidden_and_nothing_is_stored(admin: Api, token: str) -> None:
    deal, other = new_deal(admin), new_deal(admin)
    wrong = other.campaign["postback_token"] if token == "another" else token
    assert deal.post(deal.click(), token=wrong, payout="bad").status == 403
    assert (conversions(), sums()) == ({}, {})


def test_token_of_a_deleted_campaign_is_forbidden(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    CampaignRow(deal.campaign["id"]).delete()
    assert deal.post(click_id).status == 403


def test_conversion_after_the_window_at_click_time_is_gone(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=2)
    inside, outside = deal.click(), deal.click()
    admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"attribution_window_days": 300})
    make_older(inside, timedelta(days=2) - timedelta(minutes=1))
    make_older(outside, timedelta(days=2, minutes=1))
    assert deal.post(inside).status == 200
    assert (deal.post(outside).status, deal.post(outside, status="rejected").status) == (410, 410)
    assert len(conversions()) == 1


def test_stored_conversion_can_be_rejected_after_the_window(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=2)
    click_id = deal.click()
    deal.posted(click_id)
    make_older(click_id, timedelta(days=9))
    assert [good(deal.post(click_id, status=status))["status"] for status in ("approved", "rejected")] == [
        "duplicate",
        "recorded",
    ]
    assert sums() == {}


def test_all_errors_are_reported_together(admin: Api) -> None:
    deal = new_deal(admin)
    response = deal.post(deal.click(), payout="-1", revenue="x", currency="EUR", status="maybe", txid="x" * 256)
    assert set(errors_by_pointer(response)) == {"/payout", "/revenue", "/currency", "/status", "/txid"}
    assert errors_by_pointer(response)["/currency"] == "must be USD, the currency of the campaign"
    assert conversions() == {}


def test_click_id_and_token_are_required(admin: Api) -> None:
    assert errors_by_pointer(Api().get("/postback")) == {"/click_id": "is required", "/token": "is required"}


def test_unavailable_table_returns_503(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    dynamodb().delete_table(TableName="smartlink-conversions")
    assert deal.post(click_id).status == 503


# Caps


def test_conversions_beyond_their_cap_are_recorded(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions", "revenue"))
    clicks = [deal.click() for _ in range(3)]
    assert [good(deal.post(click_id))["status"] for click_id in clicks] == ["recorded"] * 3
    assert used() == {"conversions|*": 3, "revenue|*": 6_000_000}


def test_conversion_uses_the_current_caps_of_the_campaign(admin: Api) -> None:
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
def test_offer_at_conversion_cap_passes_clicks_on(admin: Api, cap: dict[str, str], conversions_before: int) -> None:
    deal = new_deal(admin, caps=[{"window": "day", **cap}])
    for _ in range(conversions_before):
        click = click_and_explain(admin, deal.code)
        assert click["outcome"] == "offer"
        deal.posted(click["click_id"])
    last = click_and_explain(admin, deal.code)
    assert (last["outcome"], last["decision"]["considered"][0]["refused"]) == ("fallback", "cap")


def test_rejection_lets_the_offer_take_clicks_again(admin: Api) -> None:
    deal = new_deal(admin, caps=caps_of("conversions"))
    click_id = deal.click()
    deal.posted(click_id)
    assert click_and_explain(admin, deal.code)["outcome"] == "fallback"
    deal.posted(click_id, status="rejected")
    assert click_and_explain(admin, deal.code)["outcome"] == "offer"


# The pixel


def new_pixel_deal(admin: Api, **changes: Any) -> Deal:
    """Create a campaign that is tracked by pixel, its smartlink and a publisher's link."""
    return new_deal(admin, **{"tracking": "pixel", **changes})


def pixel(deal: Deal, click_id: str, **parameters: str) -> HTTPResponse:
    """Return the response to a browser with the click's cookie. `parameters` may name another campaign."""
    sent = urlencode({"campaign_id": deal.campaign["id"], **parameters})
    cookie = f"a=b; clicks={deal.campaign['id']}.{click_id}.9999999999"
    with Client(app.app) as client:
        return client.http.get(f"/pixel.gif?{sent}", headers={"Cookie": cookie})


def test_pixel_records_a_pending_conversion_by_the_cookie_of_the_redirect(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    cookie = clicked(deal.code).headers["Set-Cookie"].partition(";")[0]
    (click_id,) = recorded()
    with Client(app.app) as client:
        for _ in range(2):
            url = f"/pixel.gif?campaign_id={deal.campaign['id']}&txid=t1&event=sale"
            client.http.get(url, headers={"Cookie": cookie})
    (row,) = conversions().values()
    assert (row.click_id, row.txid, row.event, row.status) == (click_id, "t1", "sale", "pending")
    assert (row.reported_by, row.pixel, sums()) == ("pixel", True, {})


def test_pixel_counts_one_conversion_of_a_click_whatever_transaction_it_names(admin: Api) -> None:
    deal = new_pixel_deal(admin, caps=caps_of("conversions"), approval="auto")
    click_id = deal.click()
    for n in range(11):
        pixel(deal, click_id, txid=f"made-up-{n}", event=f"e{n}")
    assert (len(conversions()), sums()["payout"], used()) == (1, 1_500_000, {"conversions|*": 1})


@pytest.mark.parametrize("name", ["clicks", "click_"])
def test_pixel_of_a_campaign_tracked_by_postback_records_nothing(admin: Api, name: str) -> None:
    deal = new_deal(admin)
    click_id, campaign_id = deal.click(), deal.campaign["id"]
    forged = f"{campaign_id}={click_id}" if name == "click_" else f"={campaign_id}.{click_id}.9999999999"
    with Client(app.app) as client:
        for n in range(11):
            url = f"/pixel.gif?campaign_id={campaign_id}&txid=made-up-{n}"
            assert client.http.get(url, headers={"Cookie": f"{name}{forged}"}).body.startswith(GIF)
    assert (conversions(), sums()) == ({}, {})


def refusals_of(admin: Api, deal: Deal) -> list[tuple[str, str]]:
    """Return reason and click of the refused postbacks of the campaign."""
    items = good(admin.get(f"/admin/postbacks/refused?campaign_id={deal.campaign['id']}"))["items"]
    return [(each["reason"], each["click_id"]) for each in items]


def test_pixel_of_a_campaign_tracked_by_postback_is_listed_as_refused(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    pixel(deal, click_id)
    assert refusals_of(admin, deal) == [("tracked_by_postback", click_id)]


def test_event_that_is_no_goal_is_listed_as_refused_once(admin: Api) -> None:
    deal = new_pixel_deal(admin, goals=[{"name": "sale"}])
    by_postback, by_pixel = deal.click(), deal.click()
    for _ in range(2):
        deal.posted(by_postback, event="level-9")
    pixel(deal, by_pixel, event="level-9")
    assert refusals_of(admin, deal) == [("unknown_goal", by_pixel), ("unknown_goal", by_postback)]


def test_closing_the_pixel_closes_it_for_clicks_already_made(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    click_id = deal.click()
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"tracking": "postback"}))
    pixel(deal, click_id)
    assert conversions() == {}


def test_opening_the_pixel_opens_it_for_clicks_already_made(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"tracking": "pixel"}))
    pixel(deal, click_id)
    assert [row.status for row in conversions().values()] == ["pending"]


def test_cookie_of_an_earlier_release_is_still_read(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    cookie = f"click_{deal.campaign['id']}={deal.click()}"
    with Client(app.app) as client:
        client.http.get(f"/pixel.gif?campaign_id={deal.campaign['id']}", headers={"Cookie": cookie})
    assert len(conversions()) == 1


def test_pixel_reports_a_goal_and_no_other_event(admin: Api) -> None:
    deal = new_pixel_deal(admin, goals=[{"name": "sale", "payout": "3"}])
    click_id = deal.click()
    for event in ("sale", "level-9", ""):
        pixel(deal, click_id, event=event)
    assert sorted((row.goal, row.payout) for row in conversions().values()) == [("default", "1.50"), ("sale", "3")]


def test_postback_completes_the_conversion_of_a_pixel(admin: Api) -> None:
    deal = new_pixel_deal(admin, payout="0", payout_percent="10", caps=caps_of("payout", limit="9"))
    click_id = deal.click()
    pixel(deal, click_id)
    assert used() == {}
    answer = good(deal.post(click_id, txid="t1", amount="20", status="approved"))
    (row,) = conversions().values()
    assert answer == document("recorded", row.id, "pending")
    assert (row.txid, row.amount, row.payout, row.reported_by) == ("t1", "20", "2", "postback")
    assert used() == {"payout|*": 2_000_000}
    assert deal.post(click_id, txid="t1", amount="30").json == document("duplicate", row.id, "pending")
    pixel(deal, click_id, txid="t9")
    assert len(conversions()) == 1


def test_postback_rejects_the_conversion_of_a_pixel(admin: Api) -> None:
    deal = new_pixel_deal(admin, approval="auto", caps=caps_of("payout", limit="9"))
    click_id = deal.click()
    pixel(deal, click_id)
    assert sums()["payout"] == 1_500_000
    assert good(deal.post(click_id, txid="t1", status="rejected"))["conversion_status"] == "rejected"
    assert (sums(), used()) == ({}, {"payout|*": 0})


def test_completion_above_the_maximum_is_held(admin: Api) -> None:
    deal = new_pixel_deal(admin, approval="auto")
    click_id = deal.click()
    pixel(deal, click_id)
    answer = good(deal.post(click_id, txid="t1", payout="151"))
    (row,) = conversions().values()
    assert (answer["conversion_status"], row.held, sums()) == ("pending", True, {})


def test_other_transaction_than_the_pixels_is_another_conversion_of_a_goal_that_counts_every_one(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    click_id = deal.click()
    pixel(deal, click_id, txid="t1")
    assert good(deal.post(click_id, txid="t2"))["status"] == "recorded"
    assert sorted((row.txid, row.reported_by) for row in conversions().values()) == [
        ("t1", "pixel"),
        ("t2", "postback"),
    ]


def test_pixel_after_a_postback_of_the_same_goal_is_a_duplicate(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    click_id = deal.click()
    deal.posted(click_id, txid="t1")
    pixel(deal, click_id)
    (row,) = conversions().values()
    assert (row.txid, row.reported_by) == ("t1", "postback")


def test_pixel_is_a_gif_that_is_not_cached(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    response = pixel(deal, deal.click())
    assert (response.status_code, len(response.body), response.body[:10]) == (200, 29, GIF)
    own = {name: response.headers[name] for name in ("Content-Type", "Cache-Control")}
    assert own == {"Content-Type": "image/gif", "Cache-Control": "no-store"}
    assert response.body.isascii()


def test_pixel_ignores_money_and_status(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    pixel(deal, deal.click(), payout="99", revenue="99", currency="EUR", status="rejected")
    (row,) = conversions().values()
    assert (row.payout, row.revenue, row.currency, row.status) == ("1.50", "2.00", "USD", "pending")


IGNORED: dict[str, dict[str, Any]] = {
    "no campaign": {"campaign_id": ""},
    "another campaign": {"campaign_id": "cmp_other"},
    "too long a transaction": {"txid": "x" * 256},
}


@pytest.mark.parametrize("parameters", IGNORED.values(), ids=IGNORED)
def test_invalid_pixel_returns_an_image_and_records_nothing(admin: Api, parameters: dict[str, str]) -> None:
    deal = new_pixel_deal(admin)
    assert pixel(deal, deal.click(), **parameters).body.startswith(GIF)
    assert conversions() == {}


@pytest.mark.parametrize("cookie", ["", "none", "x" * 3000], ids=["none", "unknown", "too long"])
def test_browser_without_click_gets_an_image(admin: Api, cookie: str) -> None:
    response = pixel(new_pixel_deal(admin), cookie)
    assert (response.status_code, conversions()) == (200, {})


def test_cookie_of_another_campaigns_click_records_nothing(admin: Api) -> None:
    deal, other = new_pixel_deal(admin), new_pixel_deal(admin)
    assert pixel(deal, other.click()).status_code == 200
    assert conversions() == {}


def test_pixel_of_a_deleted_campaign_records_nothing(admin: Api) -> None:
    deal = new_pixel_deal(admin)
    click_id = deal.click()
    CampaignRow(deal.campaign["id"]).delete()
    pixel(deal, click_id)
    assert conversions() == {}


def test_pixel_after_the_window_records_nothing(admin: Api) -> None:
    deal = new_pixel_deal(admin, attribution_window_days=1)
    click_id = deal.click()
    make_older(click_id, timedelta(days=2))
    assert (pixel(deal, click_id).status_code, conversions()) == (200, {})


def test_pixel_returns_an_image_if_the_table_is_unavailable(admin: Api, caplog: pytest.LogCaptureFixture) -> None:
    deal = new_pixel_deal(admin)
    click_id = deal.click()
    dynamodb().delete_table(TableName="smartlink-conversions")
    assert pixel(deal, click_id).body.startswith(GIF)
    assert f"pixel of campaign {deal.campaign['id']} was not recorded" in caplog.text
