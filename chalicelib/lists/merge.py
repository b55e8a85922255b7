"""Merges the years of a list into one order, and reads each year only as far as it is needed."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.lists.reads import Reads

Entry = Mapping[str, Any]
"""The summary of one resource."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive entries, their size in bytes, and whether the year has no more."""

    entries: Sequence[Entry]
    size: int
    is_last: bool


ReadYear = Callable[[str | None, int], Piece]
"""Reads the entries of a year after a position, up to a maximum number."""


@dataclass(frozen=True, slots=True)
class Order:
    """The position of an entry, the direction, and whether all entries of a year come before the next year."""

    position: Callable[[Entry], str]
    is_descending: bool
    follows_years: bool


@dataclass(slots=True)
class _Year:
    """The entries of a year that were read but not yet yielded, and the position after which the next read begins."""

    read: ReadYear
    after: str | None
    entries: deque[Entry] = field(default_factory=deque)
    is_read: bool = False
    is_begun: bool = False

    def needs_entries(self) -> bool:
        """Return whether it is unknown which entry of the year is next."""
        return not self.entries and not self.is_read

    def fill(self, order: Order, size: int) -> Piece:
        """Read the next entries."""
        piece = self.read(self.after, size)
        self.entries.extend(piece.entries)
        self.is_read, self.is_begun = piece.is_last, True
        if piece.entries:
            self.after = order.position(piece.entries[-1])
        return piece


def merge(years: Sequence[ReadYear], after: str | None, order: Order, reads: Reads, size: int) -> Iterator[Entry]:
    """Yield the entries after a position in order, until all are read or no more may be read.

    `size` is the number of entries of one read. The first entry is read in any case.
    """
    if order.follows_years:
        for year in years:
            yield from _merge([_Year(year, after)], order, reads, size)
            if reads.is_cut:
                return
    else:
        fair = max(1, min(size, reads.items // max(1, len(years))))
        yield from _merge([_Year(year, after) for year in years], order, reads, fair)


def _merge(years: Sequence[_Year], order: Order, reads: Reads, size: int) -> Iterator[Entry]:
    choose = max if order.is_descending else min
    while True:
        for year in years:
            while year.needs_entries():
                if year.is_begun and not reads.may_go_on():
                    return
                piece = year.fill(order, max(1, min(size, reads.items)))
                reads.take(len(piece.entries), piece.size)
        unread = [year for year in years if year.entries]
        if not unread:
            return
        yield choose(unread, key=lambda year: order.position(year.entries[0])).entries.popleft()
