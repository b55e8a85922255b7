from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.conversions import list_entries, past_conversions
from chalicelib.conversions.past_conversions import DEPLOYMENT, index_past_conversions
from chalicelib.domain.timestamps import milliseconds
from chalicelib.tables.conversions import ConversionListRow, ConversionRow, indexed_since, set_indexed_since
from tests.listed_conversions import conversion_at, entries

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that goes on by a step with every reading."""

    def __init__(self, now: datetime = NOW, step: timedelta = timedelta(0)) -> None:
        self.now = now - step
        self.step = step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def write(*ages: timedelta) -> list[str]:
    """Write conversions of these ages without entries; return their IDs."""
    rows = [conversion_at(NOW - age, n) for n, age in enumerate(ages)]
    for row in rows:
        row.save()
    return [row.id for row in rows]


def listed() -> set[str]:
    """Return the conversions that have all their entries."""
    lists = entries().values()
    found = {each for conversion_ids in lists for each in conversion_ids}
    return {each for each in found if sum(each in conversion_ids for conversion_ids in lists) == 6}


def test_first_run_notes_the_end_of_the_deployment(tables: None) -> None:
    write(timedelta(minutes=1))
    assert index_past_conversions(Clock()) is False
    assert (indexed_since(), listed()) == (milliseconds(NOW + DEPLOYMENT), set())


def test_runs_wait_for_the_end_of_the_deployment(tables: None) -> None:
    write(timedelta(minutes=1))
    set_indexed_since(milliseconds(NOW))
    for age in (timedelta(0), timedelta(seconds=59)):
        assert index_past_conversions(Clock(NOW + age)) is False
    assert listed() == set()


@pytest.mark.parametrize("batch", [1, 14])
def test_all_conversions_get_their_entries(tables: None, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(past_conversions, "_BATCH", batch)
    ages = [timedelta(0), timedelta(milliseconds=1), timedelta(hours=1), timedelta(days=1), timedelta(days=3, hours=12)]
    made = write(*ages)
    set_indexed_since(milliseconds(NOW))
    assert index_past_conversions(Clock(NOW + timedelta(hours=1))) is True
    # The first one arrived when every process wrote entries.
    assert (listed(), indexed_since()) == (set(made[1:]), milliseconds(FIRST))


def test_finished_job_reads_no_conversions(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    set_indexed_since(milliseconds(FIRST))
    monkeypatch.setattr(past_conversions, "ConversionRow", None)
    assert index_past_conversions(Clock()) is True


def test_run_without_time_left_is_continued_by_the_next_one(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_conversions, "_BATCH", 2)
    made = write(*(timedelta(minutes=n // 2 + 1) for n in range(5)), timedelta(days=2))
    set_indexed_since(milliseconds(NOW))
    counts = []
    for run in range(20):
        clock = Clock(NOW + timedelta(hours=run + 1), step=timedelta(seconds=11))
        is_done = index_past_conversions(clock, timedelta(seconds=30))
        counts.append(len(listed()))
        if is_done:
            break
    assert listed() == set(made)
    assert counts[0] < 6
    assert counts == sorted(counts)


def test_conversion_that_changes_meanwhile_is_read_again(
    tables: None, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    (conversion_id,) = write(timedelta(minutes=1))
    set_indexed_since(milliseconds(NOW))
    seen: list[object] = []

    def change_first(*arguments: Any) -> None:
        if not seen:
            row = ConversionRow.get(conversion_id)
            row.update([ConversionRow.revision.set(2), ConversionRow.status.set("rejected")])
        seen.append(arguments)
        list_entries.write_entries(*arguments)

    monkeypatch.setattr(past_conversions, "write_entries", change_first)
    assert index_past_conversions(Clock(NOW + timedelta(hours=1))) is True
    assert ({row.status for row in ConversionListRow.scan(ConversionListRow.click_id.exists())}, len(seen)) == (
        {"rejected"},
        2,
    )
