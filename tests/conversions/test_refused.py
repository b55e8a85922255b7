import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.conversions import refused
from chalicelib.conversions.refused import listed, record_refusal
from chalicelib.conversions.schemas import PostbackQuery
from chalicelib.domain.refusal import RefusalReason
from chalicelib.http import dispatch
from chalicelib.http.problems import Gone, Unavailable
from chalicelib.http.request import Request
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.refused_postbacks import RefusedPostbackRow
from tests.advertiser import Deal, conversions, make_older, new_deal
from tests.builders import NOW
from tests.conftest import Api, dynamodb
from tests.documents import good
from tests.emitted import emitted
from tests.http.support import a_request

EDGE = {"X_Edge_Secret": "edge-secret", "CloudFront_Viewer_Address": "198.51.100.9:4711"}


@pytest.fixture(autouse=True)
def omitted(monkeypatch: pytest.MonkeyPatch) -> dict[Any, int]:
    """Provide a process that has left out nothing."""
    counts: dict[Any, int] = {}
    monkeypatch.setattr(refused, "_omitted", counts)
    return counts


def rows() -> list[RefusedPostbackRow]:
    """Return the listed refusals, oldest first."""
    return sorted((row for row in RefusedPostbackRow.scan() if row.reason), key=lambda row: row.moment)


def listed_as(deal: Deal) -> list[tuple[str, str | None, str]]:
    """Return reason, click and detail of the campaign's refusals."""
    assert {row.campaign_id for row in rows()} <= {deal.campaign["id"]}
    return [(row.reason, row.click_id, row.detail) for row in rows()]


def stop_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all requests arrive in one hour."""
    now = datetime.now(UTC)
    monkeypatch.setattr(dispatch, "datetime", SimpleNamespace(now=lambda _: now))


def request(now: datetime = NOW, **changes: Any) -> Request:
    return a_request(now=now, **changes)


def refuse(times: int = 1, reason: RefusalReason = RefusalReason.INVALID, now: datetime = NOW) -> None:
    for n in range(times):
        record_refusal(request(now + timedelta(milliseconds=n)), "cmp_1", "c", reason, "nonsense")


# Postbacks


def test_recorded_and_repeated_postbacks_are_not_listed(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    assert [deal.post(click_id).status for _ in range(2)] == [200, 200]
    assert list(RefusedPostbackRow.scan()) == []


def test_wrong_token_is_listed_under_the_campaign_of_the_click(admin: Api) -> None:
    deal, other = new_deal(admin), new_deal(admin)
    click_id = deal.click()
    assert deal.post(click_id, token=other.campaign["postback_token"]).status == 403
    assert listed_as(deal) == [("wrong_token", click_id, "The token does not match the click's campaign.")]


def test_missing_token_is_listed_under_the_campaign_of_the_click(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    assert deal.post(click_id, token="{token}").status == 422
    assert listed_as(deal) == [("wrong_token", click_id, "/token is required")]


def test_unknown_click_is_listed_under_the_campaign_of_the_token(admin: Api) -> None:
    deal = new_deal(admin)
    assert deal.post("unknown").status == 404
    assert listed_as(deal) == [("unknown_click", "unknown", "No click with this ID was sent to a campaign.")]


def test_unreplaced_click_id_is_listed_under_the_campaign_of_the_token(admin: Api) -> None:
    deal = new_deal(admin)
    assert deal.post("{click_id}").status == 422
    assert listed_as(deal) == [("invalid", None, "/click_id is required")]
    assert rows()[0].sent_query == "click_id=%7Bclick_id%7D"


def test_click_without_campaign_is_listed_under_the_campaign_of_the_token(admin: Api) -> None:
    deal = new_deal(admin, targeting={"countries": ["DE"]})
    click_id = deal.click()
    assert deal.post(click_id).status == 404
    assert [reason for reason, *_ in listed_as(deal)] == ["unknown_click"]


@pytest.mark.parametrize("click_id", ["unknown", "", "x" * 3000])
def test_unknown_click_with_an_unknown_token_is_not_listed(admin: Api, click_id: str) -> None:
    assert new_deal(admin).post(click_id, token="x" * 3000).status in {404, 422}
    assert list(RefusedPostbackRow.scan()) == []


def test_closed_window_is_listed(admin: Api) -> None:
    deal = new_deal(admin, attribution_window_days=2)
    click_id = deal.click()
    make_older(click_id, timedelta(days=3))
    assert deal.post(click_id).status == 410
    assert [reason for reason, *_ in listed_as(deal)] == ["window_closed"]


@pytest.mark.parametrize("amount", ["-1", "abc", "1e-7", "NaN", "9" * 40])
def test_nonsense_is_refused_and_listed(admin: Api, amount: str) -> None:
    deal = new_deal(admin)
    assert deal.post(deal.click(), payout=amount).status == 422
    ((reason, _, detail),) = listed_as(deal)
    assert (reason, detail.startswith("/payout must be a decimal number")) == ("invalid", True)
    assert conversions() == {}


def test_address_outside_the_campaigns_networks_is_listed(admin: Api) -> None:
    deal = new_deal(admin, postback_ips=["198.51.100.0/24"])
    click_id = deal.click()
    path = f"/postback?{urlencode({'click_id': click_id, 'token': deal.campaign['postback_token']})}"
    assert Api().get(path).status == 403
    assert Api().get(path, X_Forwarded_For="198.51.100.9").status == 403
    assert Api().get(path, **{**EDGE, "X_Edge_Secret": "wrong"}).status == 403
    assert {(row.reason, row.address) for row in rows()} == {("wrong_address", "127.0.0.1")}
    assert good(Api().get(path, **EDGE))["status"] == "recorded"


def test_listed_postback_has_the_callers_address_and_no_token(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    token = deal.campaign["postback_token"]
    body = {"txid": "{txid}", "order": 7, "token": token}
    response = Api().post(f"/postback?{urlencode({'click_id': click_id, 'status': 'maybe'})}", body, **EDGE)
    assert response.status == 422
    (row,) = RefusedPostbackRow.scan(RefusedPostbackRow.reason.exists())
    assert (row.address, row.format) == ("198.51.100.9", 1)
    assert row.sent_query == f"txid=%7Btxid%7D&order=7&click_id={click_id}&status=maybe"
    assert token not in str(row.serialize())


def test_token_is_hidden_wherever_it_was_sent(admin: Api) -> None:
    deal = new_deal(admin)
    old, path = deal.campaign["postback_token"], f"/admin/campaigns/{deal.campaign['id']}"
    new = good(admin.post(f"{path}/rotate-token"))["postback_token"]
    Api().post(f"/postback?{urlencode({'click_id': new, 'token': new, 'key': old.upper()})}", {"auth": {"pass": new}})
    Api().get(f"/postback?{urlencode({'click_id': deal.click(), 'key': new})}", **EDGE)
    swapped, misnamed = rows()
    assert (swapped.reason, swapped.click_id, misnamed.reason) == ("unknown_click", "[token]", "wrong_token")
    assert all("key=[token]" in row.sent_query for row in (swapped, misnamed))
    texts = str([row.serialize() for row in (swapped, misnamed)]).lower()
    assert (new in texts, old in texts) == (False, False)


def test_long_click_id_and_detail_are_cut(tables: None) -> None:
    record_refusal(request(), "cmp_1", "c" * 500, RefusalReason.INVALID, "d" * 5_000)
    (row,) = rows()
    assert (len(row.click_id), len(row.detail)) == (200, 1_000)


# Problems


def test_temporary_failure_is_raised_and_not_listed(tables: None) -> None:
    with pytest.raises(Unavailable), listed(request(), PostbackQuery(click_id="c", token="t")):
        raise Unavailable("busy")  # noqa: EM101 - a test
    assert list(RefusedPostbackRow.scan()) == []


def test_answer_is_the_same_if_the_list_is_unavailable(
    admin: Api, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    dynamodb().delete_table(TableName="smartlink-refused_postbacks")
    assert deal.post(click_id, token="x").status == 403
    assert f"refused postback of campaign {deal.campaign['id']} was not listed" in caplog.text
    assert emitted(capsys)["PostbacksRefused"] == 1


def test_problem_is_the_same_if_the_campaign_cannot_be_found(
    tables: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(refused, "campaign_id_of", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR), pytest.raises(Gone), listed(request(), PostbackQuery(click_id="c")):
        raise Gone("late")  # noqa: EM101 - a test
    assert "the campaign of a refused postback was not found" in caplog.text


# Floods


def test_a_flood_of_a_thousand_writes_fifty_times(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[str] = []
    for name in ("save", "update"):
        write = getattr(RefusedPostbackRow, name)

        def counted(*args: Any, name: str = name, write: Any = write, **options: Any) -> Any:
            writes.append(name)
            return write(*args, **options)

        monkeypatch.setattr(RefusedPostbackRow, name, counted)
    refuse(1_000, RefusalReason.WRONG_TOKEN)
    assert (writes.count("save"), writes.count("update")) == (40, 40 + 1 + 10)
    assert len(list(RefusedPostbackRow.scan())) == 41


def test_flood_of_wrong_tokens_is_answered_and_summed_up(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)
    deal = new_deal(admin)
    click_id = deal.click()
    assert {deal.post(click_id, token="x").status for _ in range(60)} == {403}
    found = rows()
    assert [row.reason for row in found].count("wrong_token") == 40
    (omission,) = [row for row in found if row.reason == "omitted"]
    assert omission.omitted == 16
    assert {omission.click_id, omission.address, omission.sent_query} == {None}


def test_flood_without_the_token_leaves_room_for_the_advertiser(tables: None) -> None:
    refuse(100, RefusalReason.WRONG_TOKEN)
    refuse(3, RefusalReason.INVALID)
    assert [row.reason for row in rows()].count("invalid") == 3


def test_each_hour_and_campaign_has_its_own_list(tables: None) -> None:
    refuse(70)
    refuse(2, now=NOW + timedelta(hours=1))
    record_refusal(request(), "cmp_2", "c", RefusalReason.INVALID, "nonsense")
    assert len([row for row in rows() if row.reason == "invalid"]) == 60 + 2 + 1


def test_other_process_reads_that_the_hour_is_full(tables: None, omitted: dict[Any, int]) -> None:
    refuse(61)
    omitted.clear()
    refuse(1)
    assert [row.omitted for row in rows() if row.reason == "omitted"] == [2]


def test_memory_of_full_hours_is_bounded(
    tables: None, monkeypatch: pytest.MonkeyPatch, omitted: dict[Any, int]
) -> None:
    monkeypatch.setattr(refused, "_MAX_HOURS", 1)
    refuse(61)
    refuse(61, now=NOW + timedelta(hours=1))
    assert len(omitted) == 1


def test_failed_update_is_logged(tables: None, caplog: pytest.LogCaptureFixture) -> None:
    dynamodb().delete_table(TableName="smartlink-refused_postbacks")
    refuse()
    assert "refused postback of campaign cmp_1 was not listed" in caplog.text


def test_refusals_expire_after_thirty_days(tables: None) -> None:
    refuse()
    expected = int((NOW.replace(minute=0) + timedelta(days=30, hours=1)).timestamp())
    assert {row.expires_at for row in RefusedPostbackRow.scan()} == {expected}


def test_click_of_the_campaign_is_not_changed(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    before = ClickRow.get(click_id).serialize()
    deal.post(click_id, token="x")
    assert ClickRow.get(click_id).serialize() == before
