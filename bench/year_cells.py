"""Counter cells of a year for the benchmark of long reports: create them, roll them up and delete them."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, detail_blocks, detail_cells
from chalicelib.counters.cells import SHARDS, Cell, Cells
from chalicelib.counters.detail_cells import JointCells
from chalicelib.counters.rollups import keys
from chalicelib.counters.rollups.schedule import Run, roll_up
from chalicelib.domain.goal import DEFAULT_GOAL
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow
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
        now, counted = datetime.combine(day, datetime.min.time(), UTC), _cells(day, count // DAYS)
        with TransactWrite(connection=connection()) as write:
            blocks.append_blocks(write, f"bench {day}", counted, now)
            detail_blocks.add_blocks(write, detail_blocks.batch_order(n, f"{n}"), _details(day, counted))
        if n % 100 == 0:
            print(f"loaded {n} of {DAYS} days in {time.monotonic() - start:.0f} s", flush=True)
        _check_time(start)
    while roll_up(_run(timedelta())):
        _check_time(start)
    print(f"rolled up after {time.monotonic() - start:.0f} s", flush=True)


def _run(later: timedelta) -> Run:
    """Return the merger's run some days after the year."""
    now = datetime.combine(days()[-1], datetime.min.time(), UTC) + _AFTERWARDS + later
    return Run(now, days()[-1], lambda: True)


def _check_time(start: float) -> None:
    if time.monotonic() - start > LONGEST_SECONDS:
        message = f"Loading took more than {LONGEST_SECONDS} s. Use fewer --cells."
        raise CommandError(message)


def _cells(day: date, count: int) -> Cells:
    random, drawn = Random(day.toordinal()), Cells()
    first = cells.quarter_of(int(datetime.combine(day, datetime.min.time(), UTC).timestamp()) * 1000)
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
        if is_conversion:
            cells.add(drawn, cell, conversions=1, payout=1_500_000, revenue=2_000_000)
        else:
            cells.add(drawn, cell, unique_clicks=random.randrange(1, 9), bot_clicks=random.randrange(2))
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
    """Yield the partitions of the days and of their roll-ups."""
    yield from cells.partitions(days())
    yield from detail_cells.partitions(days())
    for month in keys.by_month(days()):
        yield keys.month_partition(month)
        yield from (keys.item_key(month, shard, 0, "", 0)[0] for shard in range(SHARDS))


def delete() -> None:
    """Delete all rows of the days and of their roll-ups."""
    for partition in partitions():
        with CounterBlockRow.batch_write() as batch:
            for row in CounterBlockRow.query(partition, attributes_to_get=["partition", "position"]):
                batch.delete(row)
