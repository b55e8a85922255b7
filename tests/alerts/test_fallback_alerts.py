from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib import lambdas
from chalicelib.alerts import fallback_alerts
from chalicelib.counters import blocks, learning_blocks
from chalicelib.counters.cells import COUNTS, SHARDS, Cell, days_to_compact
from chalicelib.counters.compaction_policy import MIN_BLOCKS_TO_COMPACT
from chalicelib.counters.learning_cells import LearningCell
from chalicelib.settings import COUNTER_DAYS
from chalicelib.tables.base import connection
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import smartlink_settings

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
HOUR = datetime(2026, 11, 21, 10, tzinfo=UTC)
TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}


def notifications() -> list[tuple[str, str]]:
    """Return kind and text of all notifications, sorted."""
    return sorted((row.kind, row.text) for row in NotificationRow.scan() if row.kind)


def add_clicks(smartlink_id: str, paid: int, lost: int, at: datetime = HOUR) -> None:
    quarter, zeros = int(at.timestamp()) // 900, [0] * (len(COUNTS) - 1)
    cells = {
        Cell(quarter, smartlink_id, publisher="pub_1"): [paid, *zeros],
        Cell(quarter, smartlink_id, publisher="pub_2", reason="country"): [lost, *zeros],
    }
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, f"{smartlink_id} {at}", cells, at)


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


def test_admins_are_notified_once_of_a_smartlink_that_lost_more_than_five_percent() -> None:
    a_pool("sml_1")
    add_clicks("sml_1", 94, 6)
    add_clicks("sml_2", 95, 5)
    add_clicks("sml_3", 0, 100, at=HOUR + timedelta(hours=1))
    for minutes in (0, 5, 10):
        fallback_alerts.watch_fallbacks(NOW + timedelta(minutes=minutes))
    ((kind, text),) = notifications()
    assert kind == "fallback_share"
    assert text == (
        "Smartlink Summer App Deals (sml_1): 6 of 100 clicks reached no paying offer between 2026-11-21 10:00 "
        "and 11:00 UTC. See /admin/lost-clicks for the reasons."
    )


def test_hour_without_clicks_sends_no_alert() -> None:
    lambdas.watch_fallbacks(TICK, None)
    assert notifications() == []


def test_schedule_merges_blocks() -> None:
    now = datetime.now(UTC)
    for n in range(MIN_BLOCKS_TO_COMPACT):
        add_clicks(f"sml_{n}", 1, 0, at=now)
    assert lambdas.merge_counters(TICK, None)["merged"] >= MIN_BLOCKS_TO_COMPACT


def test_schedule_merges_learning_blocks_of_smartlinks_with_few_clicks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_blocks, "COMPACTION_POLICY", replace(learning_blocks.COMPACTION_POLICY, min_blocks=2))
    monkeypatch.setattr(lambdas, "datetime", SimpleNamespace(now=lambda _: NOW))
    older_day = days_to_compact(NOW, COUNTER_DAYS)[-1]
    add_clicks("sml_1", 1, 0, at=datetime.combine(older_day, HOUR.timetz()))
    add_clicks("sml_2", 1, 0, at=NOW)
    cell = LearningCell(int(HOUR.timestamp()) // 3600, 1, "US", "mobile", "cmp_1")
    for n, name in enumerate(["sml_1#0"] * 2 + ["sml_2#0"] * 2):
        with TransactWrite(connection=connection()) as write:
            learning_blocks.add_blocks(write, f"{n}", {name: {cell: [1, *[0] * 6]}}, NOW)
    rolled_up = 18 * SHARDS
    expected = {"merged": 0, "learned": 2, "details": 0, "queued": 0, "rolled_up": rolled_up}
    assert lambdas.merge_counters(TICK, None) == expected
