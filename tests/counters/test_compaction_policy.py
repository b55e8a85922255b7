from datetime import UTC, datetime
from typing import NamedTuple

from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.compaction_policy import REPORTS, AnyCells, CompactionPolicy
from chalicelib.counters.layout import Layout

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Day(NamedTuple):
    number: int


def _even(cells: AnyCells, now: datetime) -> AnyCells:
    return {day: counts for day, counts in cells.items() if day.number % 2 == now.hour % 2}


def test_cells_of_reports_are_kept_as_they_are() -> None:
    cells: AnyCells = {Cell(1, arm="holdout"): list(range(len(COUNTS)))}
    assert REPORTS.unpacked(REPORTS.packed(cells, NOW)) == cells


def test_what_is_packed_is_what_is_to_be_kept_at_the_time() -> None:
    keeping = CompactionPolicy(Layout(Day, ("hits",)), 5, _even)
    assert keeping.unpacked(keeping.packed({Day(1): [3], Day(2): [4]}, NOW)) == {Day(2): [4]}
