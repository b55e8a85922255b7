"""What cells of one kind consist of, so that one way to pack and to merge serves every kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

AnyCell = TypeVar("AnyCell", bound=NamedTuple)
Counts = Sequence[int]


@dataclass(frozen=True, slots=True)
class Layout(Generic[AnyCell]):
    """Cells of the type `cell`, a named tuple of dimensions, and the names of their counts, in order.

    Rows packed before a last dimension was thought of are read with that dimension's default; so a new
    dimension comes last and has one.
    """

    cell: type[AnyCell]
    counts: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of the dimensions, in order."""
        return self.cell._fields

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What the last dimensions are where nothing is said of them."""
        return self.cell._field_defaults
