"""The number of items and bytes that one request may still read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

MAX_ITEMS = 2_000
MAX_BYTES = 4_000_000

Row = TypeVar("Row")


@dataclass(slots=True)
class Reads:
    """The items and bytes that may still be read. `is_cut` says that the limit ended a read: there may be more rows."""

    items: int = MAX_ITEMS
    bytes: int = MAX_BYTES
    is_cut: bool = False

    def take(self, items: int, size: int = 0) -> None:
        """Count what was read."""
        self.items -= items
        self.bytes -= size

    def may_go_on(self) -> bool:
        """Return whether more may be read; if not, reading is cut."""
        self.is_cut = self.is_cut or self.items <= 0 or self.bytes <= 0
        return not self.is_cut

    def meter(self, rows: Iterable[Row], cost: int) -> Iterator[Row]:
        """Yield rows while more may be read, at least one. `cost` is the number of items that are read for each row."""
        for row in rows:
            self.take(cost)
            yield row
            if not self.may_go_on():
                return
