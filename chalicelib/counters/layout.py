"""Layout of one kind of cells, so that one codec and one compaction serve all kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

AnyCell = TypeVar("AnyCell", bound=NamedTuple)
Counts = Sequence[int]


@dataclass(frozen=True, slots=True)
class Layout(Generic[AnyCell]):
    """The type of a cell, a named tuple of dimensions, and the names of its counts, in order.

    A new dimension comes last and has a default: blocks that were stored without it are read with the default.
    Cells are stored sorted, which compresses best, or in the order in which they were counted.
    """

    cell: type[AnyCell]
    counts: tuple[str, ...]
    is_sorted: bool = True

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of the dimensions, in order."""
        return self.cell._fields

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The defaults of the dimensions that have one."""
        return self.cell._field_defaults
