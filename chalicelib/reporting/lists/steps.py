"""Steps of reading a list of conversions: what was found, and what reading has cost."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

from chalicelib.tables.conversions import ConversionRow

READ_COST = 10
"""Cost of a read, beside its items: a read without items takes time too."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversion: its complete fields or those of an entry, and its row if that was read."""

    conversion_id: str
    fields: Mapping[str, Any]
    row: ConversionRow | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of reading: a conversion, or the end of a read with its cost. All higher positions have been read."""

    position: str
    found: Found | None = None
    cost: int = 0


def merged(lists: Iterable[Iterator[Step]]) -> Iterator[Step]:
    """Yield the steps of several lists in order, newest first."""
    return merge(*lists, key=attrgetter("position"), reverse=True)


def batches(steps: Iterator[Step], size: int) -> Iterator[list[Step]]:
    """Yield the steps in batches of this size."""
    while batch := list(islice(steps, size)):
        yield batch
