"""Head of the roll-ups of one month and shard: which days are rolled up, from what, and into which items."""

import json
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

FORMAT = 1
"""The format that is written."""

FULL, LITE = "f", "l"
"""Kinds of items: with all dimensions of a cell, and with `items.LITE_DIMENSIONS` only.

Items of detail cells have the name of their dimension as their kind.
"""

Range = tuple[str, str]
"""The first and the last route in an item. A widened range has an earlier first or a later last route."""

MAX_BYTES = 350_000
"""Maximum size of an encoded head, below the 400 KB of an item."""

_ENDS = 2
"""Number of routes that the widest ranges need: the first and the last one."""


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive days of a month that were rolled up together, as one generation of items.

    `days` has the fingerprint of the blocks that each day was built from. `at` is the time of the building in
    milliseconds, `cells` the number of full cells plus the cells that its details count as. `items` has the range of
    each item by kind. There is no kind `LITE` if its items would not be much smaller, and no kind of a detail dimension
    without cells. Without `has_details` the details of the days are not in the items.
    """

    days: Mapping[date, str]
    generation: int
    at: int
    cells: int
    items: Mapping[str, Sequence[Range]]
    has_details: bool = True

    def kind(self, dimensions: AbstractSet[str], lite_dimensions: AbstractSet[str]) -> str:
        """Return the smallest kind of items that has these dimensions."""
        return LITE if LITE in self.items and dimensions <= lite_dimensions else FULL

    def numbers(self, kind: str, routes: AbstractSet[str] | None) -> list[int]:
        """Return the numbers of the items that can hold cells of the routes, or all if it is None."""
        ranges = self.items.get(kind, ())
        if routes is None:
            return list(range(len(ranges)))
        return [n for n, (first, last) in enumerate(ranges) if any(first <= route <= last for route in routes)]


@dataclass(frozen=True, slots=True)
class Garbage:
    """A generation whose items may be deleted some time after `at`: replaced, or never finished."""

    generation: int
    at: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Head:
    """The spans of a month and shard in order, and the generations to delete.

    `version` is 0 if nothing is stored. Every write increments it, so that one of two writers fails.
    """

    version: int = 0
    spans: tuple[Span, ...] = ()
    garbage: tuple[Garbage, ...] = ()

    def span_of(self, day: date) -> Span | None:
        """Return the span that contains the day."""
        return next((span for span in self.spans if day in span.days), None)

    def announce(self, generation: Garbage) -> "Head":
        """Return the head with a new generation as garbage, so that its items are deleted if it is never finished."""
        return replace(self, garbage=(*self.garbage, generation))

    def replace_by(self, span: Span, at: int) -> "Head":
        """Return the head with a finished generation in the place of the spans that share days with it."""
        replaced = [each for each in self.spans if each.days.keys() & span.days.keys()]
        kept = [each for each in self.spans if each not in replaced]
        garbage = [each for each in self.garbage if each.generation != span.generation]
        garbage += [Garbage(each.generation, at, _counts(each)) for each in replaced]
        return replace(self, spans=tuple(sorted([*kept, span], key=_first_day)), garbage=tuple(garbage))

    def without_garbage(self, before: int) -> "Head":
        """Return the head without the generations that became garbage before this time."""
        return replace(self, garbage=tuple(each for each in self.garbage if each.at >= before))


def _first_day(span: Span) -> date:
    return min(span.days)


def _counts(span: Span) -> dict[str, int]:
    return {kind: len(ranges) for kind, ranges in span.items.items()}


def encode(head: Head) -> bytes:
    """Return the head as compressed JSON: ranges as numbers of routes. Its version is an attribute of the row.

    The ranges of a head that would be too large are widened to fewer routes. A report on one smartlink then reads more
    items than it needs.
    """
    ranges = [each for span in head.spans for ranges in span.items.values() for each in ranges]
    routes = sorted({route for each in ranges for route in each})
    stored = _encode(head, routes)
    while len(stored) > MAX_BYTES and len(routes) > _ENDS:
        routes = [*routes[:-1:4], routes[-1]]
        stored = _encode(head, routes)
    return stored


def _encode(head: Head, routes: Sequence[str]) -> bytes:
    spans = [_encoded_span(span, routes) for span in head.spans]
    garbage = [[each.generation, each.at, each.counts] for each in head.garbage]
    document = {"format": FORMAT, "routes": routes, "spans": spans, "garbage": garbage}
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _encoded_span(span: Span, routes: Sequence[str]) -> list[Any]:
    days = {f"{day}": print_ for day, print_ in span.days.items()}
    items = {kind: [_numbered(each, routes) for each in ranges] for kind, ranges in span.items.items()}
    return [days, span.generation, span.at, span.cells, items, span.has_details]


def _numbered(limits: Range, routes: Sequence[str]) -> list[int]:
    """Return the number of the last route up to the start of the range, and of the first from its end on."""
    first, last = limits
    return [bisect_right(routes, first) - 1, bisect_left(routes, last)]


def decode(stored: bytes, version: int) -> Head:
    """Return a stored head. One of an unknown format has no spans: its days are rolled up again."""
    document = json.loads(zlib.decompress(stored))
    if document["format"] != FORMAT:
        return Head(version)
    spans = tuple(_span(span, document["routes"]) for span in document["spans"])
    return Head(version, spans, tuple(Garbage(*each) for each in document["garbage"]))


def _span(stored: Sequence[Any], routes: Sequence[str]) -> Span:
    days, generation, at, cells, items, has_details = stored
    prints = {date.fromisoformat(day): print_ for day, print_ in days.items()}
    ranges = {kind: [(routes[first], routes[last]) for first, last in each] for kind, each in items.items()}
    return Span(prints, generation, at, cells, ranges, has_details)
