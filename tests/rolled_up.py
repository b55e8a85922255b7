"""Counted clicks, their roll-ups, and sums of cells for tests of roll-ups."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, detail_blocks, detail_cells
from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.column_codec import Columns
from chalicelib.counters.detail_cells import JointCell
from chalicelib.counters.rollups import plan, reader, storage
from chalicelib.counters.rollups.build import Builder
from chalicelib.counters.rollups.reader import Wanted
from chalicelib.domain.timestamps import milliseconds
from chalicelib.tables.base import connection

DAY = date(2026, 11, 5)
"""The first day of the tests. All its later days are in the same month."""

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A time at which all days of the tests are rolled up."""

PUBLISHERS = ("pub_1", "pub_2")
"""Publishers of two shards."""

assert len({cells.shard_of(each) for each in PUBLISHERS}) == len(PUBLISHERS)

ALL = frozenset(Cell._fields)


def day(n: int) -> date:
    """Return the n-th day of the tests."""
    return DAY + timedelta(days=n)


def a_cell(n: int = 0, quarter: int = 0, **dimensions: Any) -> Cell:
    """Return a cell of the n-th day and one of its quarters."""
    first = cells.quarter_of(milliseconds(datetime.combine(day(n), time(), UTC)))
    named: dict[str, Any] = {
        "smartlink": "sml_1",
        "publisher": "pub_1",
        "campaign": "cmp_1",
        "currency": "USD",
        "country": "US",
    }
    return Cell(**{"quarter": first + quarter, **named, **dimensions})


def count(cause: str, counted: Iterable[Cell], now: datetime | None = None, clicks: int = 1) -> None:
    """Count clicks in each of the cells. Without `now` they are counted at once and have no late marker."""
    added = {cell: [clicks, *[0] * (len(COUNTS) - 1)] for cell in counted}
    at = now or datetime.combine(min(cells.day_of(cell.quarter) for cell in added), time(), UTC)
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, cause, added, at)


def count_detail(cause: str, cell: Cell, now: datetime | None = None, click_day: str = "", **values: Any) -> None:
    """Count a click of the cell with these values of detail dimensions, as `count` does."""
    joint = JointCell(cell.quarter, cell.smartlink, cell.campaign, cell.publisher, cell.currency, "", click_day)
    at = now or datetime.combine(cells.day_of(cell.quarter), time(), UTC)
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, cause, {cell: [1, *[0] * (len(COUNTS) - 1)]}, at)
        added = {joint._replace(**values): [1, *[0] * (len(detail_cells.COUNTS) - 1)]}
        detail_blocks.add_blocks(write, detail_blocks.change_order(milliseconds(at), cause), added)


def a_builder(now: datetime = NOW, shard: int | None = None) -> Builder:
    """Return the builder of a merger that starts now, for the shard of the first publisher or another."""
    place = "2026-11", cells.shard_of("pub_1") if shard is None else shard
    markers: dict[date, list[storage.Key]] = {}
    for marker in storage.read_markers(place[0]):
        if marker.place[1] == place[1]:
            markers.setdefault(marker.place[0], []).append(marker.key)
    return Builder(place, storage.read_heads([place])[place], markers, now)


def roll_up(days: Sequence[date], now: datetime = NOW) -> int:
    """Roll up new and changed days of all publishers' shards, as the merger does; return their number."""
    done = 0
    for shard in {cells.shard_of(each) for each in PUBLISHERS}:
        builder = a_builder(now, shard)
        for run in plan.runs(builder.head, days, builder.markers.keys(), milliseconds(now)):
            done += builder.roll_up(run, lambda: True)
    return done


def read(days: Sequence[date], routes: frozenset[str] | None = None, dimensions: frozenset[str] = ALL) -> list[Columns]:
    """Return the pieces that a report on the publishers' shards reads."""
    shards = [cells.shard_of(each) for each in PUBLISHERS]
    return list(reader.read(Wanted(days, shards, routes, dimensions)))


def sums(pieces: Iterable[Columns], *dimensions: str) -> Mapping[tuple[object, ...], int]:
    """Return the unique clicks by dimensions; without any, by all."""
    found: dict[tuple[object, ...], int] = {}
    for piece in pieces:
        axes = [[piece.values[name][code] for code in piece.codes[name]] for name in dimensions or Cell._fields]
        for group, clicks in zip(zip(*axes, strict=True), piece.counts.get("unique_clicks", ()), strict=False):
            found[group] = found.get(group, 0) + clicks
    return {group: clicks for group, clicks in found.items() if clicks}


def counted(days: Sequence[date], *dimensions: str) -> Mapping[tuple[object, ...], int]:
    """Return the unique clicks in the blocks of the days, which are the truth."""
    return sums(blocks.read(cells.partitions(days)), *dimensions)
