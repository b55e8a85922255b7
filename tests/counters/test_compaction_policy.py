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


def test_report_cells_are_not_downsampled() -> None:
    cells: AnyCells = {Cell(1, arm="holdout"): list(range(len(COUNTS)))}
    assert REPORTS.decode(REPORTS.encode(cells, NOW)) == cells


def test_blocks_add_up() -> None:
    policy = CompactionPolicy(Layout(Day, ("hits",)))
    blocks = [policy.encode({Day(1): [3]}, NOW), policy.encode({Day(1): [4], Day(2): [5]}, NOW)]
    assert policy.fold(blocks, []) == {Day(1): [7], Day(2): [5]}


def test_encode_stores_the_downsampled_cells() -> None:
    policy = CompactionPolicy(Layout(Day, ("hits",)), 5, _even)
    assert policy.decode(policy.encode({Day(1): [3], Day(2): [4]}, NOW)) == {Day(2): [4]}
