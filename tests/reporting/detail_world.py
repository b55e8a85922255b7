"""Clicks, conversions and rejections written as in production, and what reports of detail dimensions must count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.conversions.conversion import ReportedConversion, new_fields
from chalicelib.conversions.effects import difference
from chalicelib.counters import detail_blocks, detail_cells, detail_compaction
from chalicelib.counters.aggregator import aggregate
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.blocks import read as read_reports
from chalicelib.counters.cells import cell_of_click, day_of, partitions, quarter_of
from chalicelib.counters.column_codec import Columns
from chalicelib.counters.detail_places import OTHER
from chalicelib.counters.rollups import keys
from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting.detail_reader import read_details
from chalicelib.tables.base import connection
from tests import rolled_up
from tests.conversions.test_effects import GOAL
from tests.counters.test_aggregator import a_click

START = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
DAYS = [START.date() + timedelta(days=n) for n in range(6)]
DIMENSIONS = ("browser", "source")
KEYS = ("quarter", "smartlink", "campaign", "publisher", "currency", "goal")

Fields = dict[str, Any]
Key = tuple[Any, ...]
Figures = dict[Key, Counter[str]]


def summed(pieces: Iterable[Columns], names: Sequence[str]) -> Figures:
    """Return the counts by the values of these dimensions."""
    total: Figures = {}
    for piece in pieces:
        for n in range(piece.size):
            key = tuple(piece.values[name][piece.codes[name][n]] for name in names)
            total.setdefault(key, Counter()).update({name: column[n] for name, column in piece.counts.items()})
    return without_zeros(total)


def smartlink_of(publisher: str) -> str:
    """Return the smartlink of all clicks of a publisher."""
    return publisher.replace("pub", "sml")


def without_zeros(figures: Figures) -> Figures:
    kept = {key: Counter({name: count for name, count in counts.items() if count}) for key, counts in figures.items()}
    return {key: counts for key, counts in kept.items() if counts}


@dataclass(slots=True)
class World:
    """What happened so far. `places` is the number of values that keep their names."""

    places: int
    now: datetime = START
    clicks: list[Fields] = field(default_factory=list)
    conversions: list[Fields] = field(default_factory=list)
    records: list[Fields] = field(default_factory=list)
    expected: dict[str, Figures] = field(default_factory=lambda: {name: {} for name in DIMENSIONS})
    names: dict[Key, list[str]] = field(default_factory=dict)

    def click(self, publisher: str, browser: str, source: str, *, lost: bool = False, bot: bool = False) -> None:
        """Count a click of the publisher's own smartlink."""
        self.now += timedelta(seconds=1)
        at, n = milliseconds(self.now), len(self.clicks)
        reached = {"outcome": "fallback", "campaign_id": None} if lost else {"outcome": "offer", "campaign_id": "cmp_0"}
        values = {"browser": browser or None, "source": source or None, "sub_ids": None, "is_bot": bot or None}
        row = a_click(
            n, at=at, route_id=smartlink_of(publisher), publisher_id=publisher, is_duplicate=None, **reached, **values
        )
        change = {
            "SequenceNumber": f"{10**20 + n}",
            "ApproximateCreationDateTime": at / 1000,
            "NewImage": row.serialize(),
        }
        self.records.append({"eventName": "INSERT", "dynamodb": change})
        self.clicks.append(dict(row.attribute_values))
        self.deliver(n)
        cell, name = cell_of_click(self.clicks[-1])
        counts = {name: 1, "lost_clicks": int(lost and not bot)}
        self._expect(self.clicks[-1], tuple(getattr(cell, key) for key in KEYS), counts)

    def deliver(self, n: int) -> None:
        """Deliver the record of a click, for the first time or again."""
        aggregate([self.records[n]], self.now)

    def convert(self, n: int) -> None:
        """Record an approved conversion of a click."""
        self.now += timedelta(seconds=1)
        report = ReportedConversion(f"click{n}", txid=str(len(self.conversions)))
        stored = new_fields(report, self.clicks[n], GOAL, "USD", self.now)
        stored |= {"status": "approved", "reported_by": "postback", "places": []}
        self.conversions.append({**stored, "click": self.clicks[n]})
        self._change(None, stored)
        self._expect_conversion(self.conversions[-1], {"conversions": 1, "payout": 1_500_000, "revenue": 2_000_000})

    def reject(self, n: int) -> None:
        """Reject a conversion, unless it was rejected before."""
        self.now += timedelta(seconds=1)
        before = self.conversions[n]
        if before["status"] == "approved":
            self.conversions[n] = {**before, "status": "rejected", "revision": 2}
            self._change(before, self.conversions[n])
            taken = {"conversions": -1, "payout": -1_500_000, "revenue": -2_000_000, "rejected_conversions": 1}
            self._expect_conversion(before, taken)

    def _change(self, before: Fields | None, after: Fields) -> None:
        cause, changed = f"{after['id']}@{after['revision']}", difference(before, after, self.now)
        with TransactWrite(connection=connection()) as write:
            append_blocks(write, cause, changed.counted, self.now)
            detail_blocks.add_blocks(write, detail_blocks.change_order(milliseconds(self.now), cause), changed.details)

    def _expect_conversion(self, stored: Fields, counts: dict[str, int]) -> None:
        key = (stored["route_id"], stored["campaign_id"], stored["publisher_id"], "USD", "sale")
        self._expect(stored["click"], (quarter_of(stored["click_at"]), *key), counts)
        arrived = {f"arrived_{name}": count for name, count in counts.items()}
        self._expect(stored["click"], (quarter_of(stored["at"]), *key), arrived)

    def _expect(self, click: Fields, key: Key, counts: dict[str, int]) -> None:
        for dimension in DIMENSIONS:
            name = self._name(click, dimension)
            self.expected[dimension].setdefault((*key, name), Counter()).update(counts)

    def _name(self, click: Fields, dimension: str) -> str:
        value: str = click.get(dimension) or ""
        taken = self.names.setdefault((dimension, click["publisher_id"], day_of(quarter_of(click["at"]))), [])
        if value and value not in taken and len(taken) < self.places:
            taken.append(value)
        return value if not value or value in taken else OTHER

    def merge(self, min_blocks: int) -> None:
        """Compact the details of all days."""
        self.now += timedelta(seconds=1)
        detail_compaction.compact_each(detail_cells.partitions(DAYS), self.now, min_blocks)

    def roll_up(self) -> None:
        """Roll up the days that the merger would, unless it has just done so."""
        self.now += timedelta(seconds=1)
        days = keys.settled_days("2026-11", self.now)
        rolled_up.roll_up([day for day in DAYS if day in days], self.now)

    def report(self, dimension: str) -> Figures:
        """Return the counts that the reader yields."""
        return summed(read_details(DAYS, dimension, None), (*KEYS, dimension))

    def named(self, dimension: str) -> Figures:
        """Return the expected counts of all values but the unknown one."""
        return without_zeros({key: counts for key, counts in self.expected[dimension].items() if key[-1]})

    def sums(self, dimension: str) -> Figures:
        """Return the counts of the reader and those of the unknown value, added up over all values."""
        total: Figures = {}
        unknown = {key: counts for key, counts in self.expected[dimension].items() if not key[-1]}
        for figures in (self.report(dimension), unknown):
            for key, counts in figures.items():
                total.setdefault(key[:-1], Counter()).update(counts)
                del total[key[:-1]]["lost_clicks"]
        return without_zeros(total)

    def base(self) -> Figures:
        """Return the counts of report cells."""
        return summed(read_reports(partitions(DAYS)), KEYS)
