"""Counter rows of the benchmarks: the first quarter of a day, random counts of a cell, and deletion by partition."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from random import Random

from chalicelib.counters import cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.domain.timestamps import milliseconds
from chalicelib.tables.counters import CounterBlockRow


def midnight(day: date) -> datetime:
    """Return the beginning of a UTC day."""
    return datetime.combine(day, datetime.min.time(), UTC)


def first_quarter(day: date) -> int:
    """Return the first quarter of an hour of a UTC day."""
    return cells.quarter_of(milliseconds(midnight(day)))


def add_random_counts(drawn: Cells, cell: Cell, random: Random) -> None:
    """Add a conversion if the cell has a goal, and clicks otherwise."""
    if cell.goal:
        cells.add(drawn, cell, conversions=1, payout=1_500_000, revenue=2_000_000)
    else:
        cells.add(drawn, cell, unique_clicks=random.randrange(1, 9), bot_clicks=random.randrange(2))


def delete_rows(partitions: Iterable[str]) -> None:
    """Delete all rows of the partitions."""
    for partition in partitions:
        with CounterBlockRow.batch_write() as batch:
            for row in CounterBlockRow.query(partition, attributes_to_get=["partition", "position"]):
                batch.delete(row)
