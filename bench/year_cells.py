"""Counter cells of a year for the benchmark of long reports: create them, roll them up and delete them."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pynamodb.transactions import TransactWrite

from bench.counter_rows import add_random_counts, delete_rows, first_quarter, midnight
from chalicelib.counters import blocks, cells, detail_blocks, detail_cells
from chalicelib.counters.cells import SHARDS, Cell, Cells
from chalicelib.counters.detail_cells import JointCells
from chalicelib.counters.rollups import keys
from chalicelib.counters.rollups.schedule import Run, roll_up
from chalicelib.domain.goal import DEFAULT_GOAL
from chalicelib.settings import COUNTER_DAYS
from chalicelib.tables.base import connection
from deploy.errors import CommandError

FIRST_DAY = date(2024, 1, 1)
DAYS = 366
CELLS, CONVERSIONS = 500_000, 100_000
PUBLISHERS = 10
LARGE, SMALL = "sml_large", ("sml_small_1", "sml_small_2", "sml_small_3")
LONGEST_SECONDS = 240
_SHARE_OF_LARGE = 0.7
_CAMPAIGNS, _COUNTRIES, _SUB_IDS = 20, 20, 30
_BROWSERS, _REGIONS = 8, 3
_DEVICES, _SYSTEMS = ("mobile", "tablet", "desktop"), ("android", "ios", "windows")
_AFTERWARDS = timedelta(days=4)


def days() -> list[date]:
    """Return the days of the year."""
    return [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]


def load(count: int) -> None:
    """Write `count` cells with details, evenly over the days, and roll them up as the schedule does."""
    start = time.monotonic()
    for n, day in enumerate(days(), start=1):
        now, counted = midnight(day), _cells(day, count // DAYS)
        with TransactWrite(connection=connection()) as write:
            blocks.append_blocks(write, f"bench {day}", counted, now)
            detail_blocks.add_blocks(write, detail_blocks.batch_order(n, f"{n}", b""), _details(day, counted))
        if n % 100 == 0:
            print(f"loaded {n} of {DAYS} days in {time.monotonic() - start:.0f} s", flush=True)
        _check_time(start)
    while roll_up(_run()):
        _check_time(start)
    print(f"rolled up after {time.monotonic() - start:.0f} s", flush=True)


def _run() -> Run:
    """Return the merger's run some days after the year."""
    return Run(midnight(days()[-1]) + _AFTERWARDS, days()[-1], lambda: True)


def _check_time(start: float) -> None:
    if time.monotonic() - start > LONGEST_SECONDS:
        message = f"Loading took more than {LONGEST_SECONDS} s. Use fewer --cells."
        raise CommandError(message)


def _cells(day: date, count: int) -> Cells:
    random, drawn, first = Random(day.toordinal()), Cells(), first_quarter(day)
    while len(drawn) < count:
        is_conversion = random.random() < CONVERSIONS / CELLS
        cell = Cell(
            quarter=first + random.randrange(cells.QUARTERS_A_DAY),
            smartlink=LARGE if random.random() < _SHARE_OF_LARGE else random.choice(SMALL),
            campaign=f"cmp_{random.randrange(_CAMPAIGNS):02d}",
            publisher=f"pub_{random.randrange(PUBLISHERS):03d}",
            country=f"{chr(65 + random.randrange(_COUNTRIES))}X",
            device=random.choice(_DEVICES),
            os=random.choice(_SYSTEMS),
            sub1=f"placement-{random.randrange(_SUB_IDS):02d}",
            currency="USD",
            goal=DEFAULT_GOAL if is_conversion else "",
        )
        add_random_counts(drawn, cell, random)
    return drawn


def _details(day: date, counted: Cells) -> JointCells:
    """Return the cells with a browser and a region, and no value of the other detail dimensions."""
    random, joint = Random(f"details {day}"), JointCells()
    for cell, counts in counted.items():
        values = f"{cell.country}-{random.randrange(_REGIONS)}", f"browser {random.randrange(_BROWSERS)}"
        key = detail_cells.joint_cell(cell, (*values, *[""] * (len(detail_cells.DETAILS) - len(values))))
        if key:
            cells.add_cells(joint, {key: [*counts, 0]})
    return joint


def partitions() -> Iterator[str]:
    """Yield the partitions of the days and of all months that the merger looked at."""
    yield from cells.partitions(days())
    yield from detail_cells.partitions(days())
    for month in keys.months_until(_run().now, COUNTER_DAYS):
        yield keys.month_partition(month)
        yield from (keys.item_key(month, shard, 0, "", 0)[0] for shard in range(SHARDS))


def delete() -> None:
    """Delete all rows of the days and of their roll-ups."""
    delete_rows(partitions())
