import logging
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.counters import cells
from chalicelib.counters.rollups import keys, plan, schedule, storage
from chalicelib.counters.rollups.schedule import Run
from tests.rolled_up import DAY, NOW, a_builder, a_cell, count, counted, day, read, sums

pytestmark = pytest.mark.usefixtures("tables")

LATER = NOW + timedelta(minutes=70)
SHARDS = 2


@pytest.fixture(autouse=True)
def _few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a month have its first eight days only, and the network two shards, so that tests are quick."""
    settled_days = keys.settled_days
    monkeypatch.setattr(keys, "settled_days", lambda month, now: settled_days(month, now)[:8])
    monkeypatch.setattr(schedule, "SHARDS", SHARDS)
    monkeypatch.setattr(cells, "SHARDS", SHARDS)
    monkeypatch.setattr(schedule, "COUNTER_DAYS", 40)


def a_run(now: datetime = NOW, checked: date = DAY, times: int = 99) -> Run:
    """Return a run that has time `times` times."""
    left = iter(range(times))
    return Run(now, checked, lambda: next(left, None) is not None)


def months() -> dict[str, int]:
    """Return the number of rolled-up days by month, all shards counted."""
    found: dict[str, int] = {}
    for (month, _), head in storage.read_heads(
        (f"2026-{n:02}", shard) for n in (9, 10, 11) for shard in (0, 1)
    ).items():
        found[month] = found.get(month, 0) + sum(len(span.days) for span in head.spans)
    return found


def test_run_ends_after_a_month_without_clicks() -> None:
    assert [schedule.roll_up(a_run()) for _ in range(3)] == [8 * SHARDS, 8 * SHARDS, 0]
    assert months() == {"2026-11": 16, "2026-10": 16, "2026-09": 0}


def test_months_with_clicks_are_rolled_up_in_one_run() -> None:
    count("november", [a_cell(0)])
    count("october", [a_cell(-30)])
    assert schedule.roll_up(a_run()) == 2 * 8 * SHARDS
    days = [day(n) for n in range(-35, 4)]
    assert sums(read(days)) == counted(days)


def test_run_stops_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SPAN_CELLS", 0)
    count("a", [a_cell(0)])
    assert schedule.roll_up(a_run(times=3)) == 3
    assert schedule.roll_up(a_run(times=0)) == 0
    assert months()["2026-11"] == 3


def test_late_days_are_rolled_up_again_and_their_markers_deleted() -> None:
    count("a", [a_cell(0)])
    schedule.roll_up(a_run())
    count("late", [a_cell(0), a_cell(1)], NOW)
    assert schedule.roll_up(a_run()) == 0
    assert schedule.roll_up(a_run(LATER)) == 8
    assert storage.read_markers("2026-11") == []
    days = [day(n) for n in range(4)]
    assert sums(read(days)) == counted(days)


def test_checked_day_that_differs_from_its_blocks_heals() -> None:
    count("a", [a_cell(0)])
    schedule.roll_up(a_run())
    count("unmarked", [a_cell(0)])
    assert schedule.roll_up(a_run(LATER, checked=day(1))) == 0
    assert schedule.roll_up(a_run(LATER, checked=day(0))) == 8
    assert sums(read([day(n) for n in range(4)]))[tuple(a_cell(0))] == 2


def test_month_of_another_merger_is_left_to_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    count("a", [a_cell(0)])
    runs, faster = plan.runs, iter([a_builder()])

    def after_another(*arguments: Any) -> list[list[date]]:
        for builder in faster:
            builder.roll_up([day(0)], lambda: True)
        return runs(*arguments)

    monkeypatch.setattr(schedule, "SHARDS", cells.shard_of("pub_1") + 1)
    monkeypatch.setattr(plan, "runs", after_another)
    with caplog.at_level(logging.INFO, "smartlink"):
        schedule.roll_up(a_run())
    assert f"another merger rolls up 2026-11 of shard {cells.shard_of('pub_1')}" in caplog.messages


def test_replaced_items_are_deleted_in_a_later_run() -> None:
    count("a", [a_cell(0)])
    schedule.roll_up(a_run())
    count("late", [a_cell(0)], NOW)
    schedule.roll_up(a_run(LATER))
    assert len(a_builder().head.garbage) == 1
    schedule.roll_up(a_run(LATER + timedelta(minutes=11)))
    assert a_builder().head.garbage == ()
