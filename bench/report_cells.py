"""Counter cells of 30 days for the report benchmark: create and delete them."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from pynamodb.transactions import TransactWrite

from bench.counter_rows import add_random_counts, delete_rows, first_quarter, midnight
from chalicelib.counters import blocks, cells, compaction
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.compaction_policy import MIN_BLOCKS_TO_COMPACT
from chalicelib.domain.goal import DEFAULT_GOAL
from chalicelib.tables.base import connection
from deploy.errors import CommandError

FIRST_DAY = date(2026, 1, 30)
DAYS = 30
CELLS = 500_000
CAMPAIGNS, COUNTRIES, PUBLISHERS = 20, 50, 100
DEVICES = ("mobile", "tablet", "desktop")
BLOCKS_A_DAY = MIN_BLOCKS_TO_COMPACT
LONGEST_SECONDS = 150
_CONVERTED = 0.05
_LATER = timedelta(minutes=3)


def days(count: int = DAYS) -> list[date]:
    """Return the first `count` days."""
    return [FIRST_DAY + timedelta(days=n) for n in range(count)]


def load(count: int) -> None:
    """Write `count` cells, evenly over the days, and merge them as the schedule does."""
    start = time.monotonic()
    for n, day in enumerate(days(), start=1):
        parts = _parts(day, count // DAYS)
        for part in range(BLOCKS_A_DAY):
            with TransactWrite(connection=connection()) as write:
                blocks.append_blocks(write, f"bench {day} {part}", dict(parts[part]), midnight(day))
        _merge(cells.partitions([day]))
        if n % 5 == 0:
            print(f"loaded {n} of {DAYS} days in {time.monotonic() - start:.0f} s", flush=True)
        if time.monotonic() - start > LONGEST_SECONDS:
            message = f"Loading took more than {LONGEST_SECONDS} s. Use fewer --cells."
            raise CommandError(message)


def _merge(partitions: Sequence[str]) -> None:
    """Merge the blocks, and once more at a time when merged blocks may be deleted."""
    now = datetime.now(UTC)
    compaction.compact_all(partitions, now)
    compaction.compact_all(partitions, now + _LATER)


def _parts(day: date, count: int) -> list[list[tuple[Cell, list[int]]]]:
    """Return the cells of a day, divided into blocks."""
    drawn = list(_cells(day, count).items())
    return [drawn[n::BLOCKS_A_DAY] for n in range(BLOCKS_A_DAY)]


def _cells(day: date, count: int) -> Cells:
    random, drawn, first = Random(day.toordinal()), Cells(), first_quarter(day)
    while len(drawn) < count:
        is_conversion = random.random() < _CONVERTED
        cell = Cell(
            quarter=first + random.randrange(cells.QUARTERS_A_DAY),
            smartlink="sml_bench",
            campaign=f"cmp_{random.randrange(CAMPAIGNS):02d}",
            publisher=f"pub_{random.randrange(PUBLISHERS):03d}",
            country=_country(random.randrange(COUNTRIES)),
            device=random.choice(DEVICES),
            os="other",
            currency="USD",
            goal=DEFAULT_GOAL if is_conversion else "",
        )
        add_random_counts(drawn, cell, random)
    return drawn


def _country(n: int) -> str:
    """Return the n-th pair of letters."""
    return f"{chr(65 + n // 26)}{chr(65 + n % 26)}"


def delete() -> None:
    """Delete all rows of the days' partitions."""
    delete_rows(cells.partitions(days()))
