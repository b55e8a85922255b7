from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib import lambdas
from chalicelib.alerts import cap_alerts, fallback_alerts
from chalicelib.counters import blocks, learning_blocks
from chalicelib.counters.cells import COUNTS, Cell, days_to_compact
from chalicelib.counters.compaction_policy import MIN_BLOCKS_TO_COMPACT
from chalicelib.counters.learning_cells import LearningCell
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables.base import connection
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.counters import CapCounterRow
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import campaign_settings, smartlink_settings

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
HOUR = datetime(2026, 11, 21, 10, tzinfo=UTC)
TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}
DAILY = {"metric": "clicks", "window": "day", "limit": "10"}
KEY = "cmp_1|clicks|day|UTC|1795000000|"


def a_campaign(*caps: dict[str, str]) -> None:
    CampaignRow(
        "cmp_1",
        version=1,
        settings=campaign_settings(caps=list(caps)),
        postback_token="t",
        created_year="2026",
        created_at="2026-11-21T00:00:00.000Z",
        updated_at="2026-11-21T00:00:00.000Z",
    ).save()


def used(key: str, count: int, name: str = "INSERT") -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"NewImage": CapCounterRow(key, used=count).serialize()}}


def told() -> list[tuple[str, str]]:
    """Kind and text of what the admins are told, oldest first."""
    rows = sorted((row for row in NotificationRow.scan() if row.kind), key=lambda row: row.id)
    return sorted((row.kind, row.text) for row in rows)


def kinds() -> list[str]:
    return [kind for kind, _ in told()]


@pytest.mark.parametrize(
    ("count", "wanted"),
    [
        pytest.param(7, [], id="below"),
        pytest.param(8, ["cap_nearly_reached"], id="at 80 %"),
        pytest.param(10, ["cap_nearly_reached", "cap_reached"], id="full at one stroke"),
    ],
)
def test_admins_hear_of_a_cap_at_80_and_at_100_per_cent(count: int, wanted: list[str]) -> None:
    a_campaign(DAILY)
    lambdas.watch_caps({"Records": [used(f"{KEY}*", count)]}, None)
    assert kinds() == wanted


def test_a_level_is_told_once_however_often_the_counter_moves() -> None:
    a_campaign(DAILY)
    for count in (8, 9, 8, 9):
        cap_alerts.watch_caps([used(f"{KEY}*", count, "MODIFY"), used(f"{KEY}*", count)], NOW)
    assert kinds() == ["cap_nearly_reached"]


def test_a_new_window_and_a_raised_limit_are_told_of_anew() -> None:
    a_campaign(DAILY)
    cap_alerts.watch_caps([used(f"{KEY}*", 8), used("cmp_1|clicks|day|UTC|1795086400|*", 8)], NOW)
    a_campaign({**DAILY, "limit": "20"})
    cap_alerts.watch_caps([used(f"{KEY}*", 16)], NOW)
    assert kinds() == ["cap_nearly_reached"] * 3


def test_each_publishers_own_cap_is_told_of_by_name() -> None:
    a_campaign({**DAILY, "scope": "publisher"})
    cap_alerts.watch_caps([used(f"{KEY}pub_1", 8), used(f"{KEY}pub_2", 3), used(f"{KEY}*", 100)], NOW)
    ((_, text),) = told()
    assert text == "Campaign cmp_1 has reached 80 % of its clicks cap (day) for publisher pub_1."


def test_money_is_compared_in_millionths() -> None:
    a_campaign({"metric": "payout", "window": "day", "limit": "100.50"})
    key = "cmp_1|payout|day|UTC|1795000000|*"
    cap_alerts.watch_caps([used(key, 80_399_999)], NOW)
    assert kinds() == []
    cap_alerts.watch_caps([used(key, 80_400_000)], NOW)
    assert kinds() == ["cap_nearly_reached"]


def test_a_counter_that_expires_and_one_of_a_cap_no_longer_there_are_passed_over() -> None:
    a_campaign(DAILY)
    cap_alerts.watch_caps(
        [{"eventName": "REMOVE", "dynamodb": {}}, used("cmp_1|clicks|hour|UTC|1795000000|*", 99)], NOW
    )
    cap_alerts.watch_caps([used("cmp_9|clicks|day|UTC|1795000000|*", 99)], NOW)
    assert kinds() == []


def test_a_counter_of_no_cap_holds_nobody_up(capsys: pytest.CaptureFixture[str]) -> None:
    a_campaign(DAILY)
    cap_alerts.watch_caps([used("rubbish", 9), used(f"{KEY}*", 8)], NOW)
    assert kinds() == ["cap_nearly_reached"]
    assert "'rubbish' is of no cap" in capsys.readouterr().out


def clicks(smartlink_id: str, taken: int, lost: int, at: datetime = HOUR) -> None:
    quarter, rest = int(at.timestamp()) // 900, [0] * (len(COUNTS) - 1)
    cells = {
        Cell(quarter, smartlink_id, publisher="pub_1"): [taken, *rest],
        Cell(quarter, smartlink_id, publisher="pub_2", reason="country"): [lost, *rest],
    }
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, f"{smartlink_id} {at}", cells)


def a_pool(pool_id: str) -> None:
    SmartlinkRow(
        pool_id,
        version=1,
        status="active",
        settings=smartlink_settings(),
        epoch=1,
        live_count=0,
        pending_count=0,
        created_at="2026-11-21T00:00:00.000Z",
        updated_at="2026-11-21T00:00:00.000Z",
    ).save()


def test_admins_hear_once_of_a_smartlink_that_lost_more_than_five_per_cent_in_the_last_hour() -> None:
    a_pool("sml_1")
    clicks("sml_1", 94, 6)
    clicks("sml_2", 95, 5)
    clicks("sml_3", 0, 100, at=HOUR + timedelta(hours=1))
    for minutes in (0, 5, 10):
        fallback_alerts.watch_fallbacks(NOW + timedelta(minutes=minutes))
    ((kind, text),) = told()
    assert kind == "fallback_share"
    assert text == (
        "Smartlink Summer App Deals (sml_1) sent 6 of 100 clicks to no paying offer between 2026-11-21 10:00 "
        "and 11:00 UTC: see the lost clicks for the reasons."
    )


def test_an_hour_without_clicks_tells_nothing() -> None:
    lambdas.watch_fallbacks(TICK, None)
    assert kinds() == []


def test_blocks_are_merged_on_schedule() -> None:
    now = datetime.now(UTC)
    for n in range(MIN_BLOCKS_TO_COMPACT):
        clicks(f"sml_{n}", 1, 0, at=now)
    assert lambdas.merge_counters(TICK, None)["merged"] >= MIN_BLOCKS_TO_COMPACT


def test_what_is_learned_is_merged_for_smartlinks_with_few_clicks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_blocks, "KEEPING", replace(learning_blocks.KEEPING, merged_from=2))
    monkeypatch.setattr(lambdas, "datetime", SimpleNamespace(now=lambda _: NOW))
    in_turn = days_to_compact(NOW, CLICK_RETENTION_DAYS)[-1]
    clicks("sml_1", 1, 0, at=datetime.combine(in_turn, HOUR.timetz()))
    clicks("sml_2", 1, 0, at=NOW)
    cell = LearningCell(int(HOUR.timestamp()) // 3600, 1, "US", "mobile", "cmp_1")
    for n, name in enumerate(["sml_1#0"] * 2 + ["sml_2#0"] * 2):
        with TransactWrite(connection=connection()) as write:
            learning_blocks.add_blocks(write, f"{n}", {name: {cell: [1, *[0] * 6]}}, NOW)
    assert lambdas.merge_counters(TICK, None) == {"merged": 0, "learned": 2}
