"""Lost clicks in report cells: clicks by people with a reason. The cells have no separate count of them."""

from collections.abc import Sequence
from functools import reduce
from itertools import compress
from operator import add, and_

from chalicelib.counters.column_codec import Columns

_PEOPLE = ("unique_clicks", "duplicate_clicks")
_BYTE = 256


def lost_cells(piece: Columns, mask: Sequence[int] | None) -> tuple[Sequence[int], Sequence[int]]:
    """Return the indexes, among the cells that match the mask, of those with a reason, and the lost clicks of each.

    Few cells have a reason, so the others cost as little work as possible.
    """
    flags = _flags(piece)
    if flags is None:
        return (), ()
    places = list(compress(range(piece.size), flags if mask is None else map(and_, flags, mask)))
    columns = [[piece.counts[name][place] for place in places] for name in _PEOPLE if name in piece.counts]
    counts = reduce(_sum, columns, [0] * len(places))
    return places if mask is None else _places_within(mask, flags), counts


def _sum(one: list[int], other: list[int]) -> list[int]:
    return list(map(add, one, other))


def _places_within(mask: Sequence[int], flags: Sequence[int]) -> list[int]:
    matching = list(compress(flags, mask))
    return list(compress(range(len(matching)), matching))


def _flags(piece: Columns) -> Sequence[int] | None:
    """Return for every cell 1 if it has a reason, else 0; None if no cell has one."""
    lost = bytes(map(bool, piece.values.get("reason", ())))
    if not any(lost):
        return None
    codes = piece.codes["reason"]
    flags = bytes(codes).translate(lost.ljust(_BYTE, b"\0")) if len(lost) <= _BYTE else b""
    return flags if len(flags) == piece.size else [lost[code] for code in codes]
