"""Aggregation of counter cells into groups. It reads every cell of a report, so it works on whole columns for speed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, product
from operator import and_
from typing import Any

from chalicelib.counters.column_codec import Columns
from chalicelib.domain.ids import is_smartlink_id
from chalicelib.reporting.date_range import day_of, hour_of, month_of, week_of
from chalicelib.reporting.goal_columns import split_by_goal
from chalicelib.reporting.lost_columns import lost_cells
from chalicelib.reporting.metrics import LOST_CLICKS

MAX_CELLS = 2_000_000
"""Maximum number of cells: they are aggregated in two to three seconds."""

MAX_GROUPS = 250_000
"""Maximum number of groups: more than fit into any response."""

_TIMES: Mapping[str, Callable[[int, str], str]] = {
    "hour": hour_of,
    "day": day_of,
    "week": week_of,
    "month": month_of,
    "utc_day": lambda quarter, _: day_of(quarter, "UTC"),
}

Filters = Mapping[str, frozenset[str]]
"""The values that are counted, by dimension."""

Group = tuple[str, ...]
Groups = dict[Group, list[int]]
"""Sums by group. A group is the values of the dimensions in order; an unknown value is empty."""


class LimitExceeded(Exception):  # noqa: N818 - named for the fact
    """There are more cells or rows than can be aggregated. `unit` is `cells` or `rows`."""

    def __init__(self, unit: str, limit: int) -> None:
        super().__init__(f"more than {limit:,} {unit}")
        self.unit = unit
        self.limit = limit


@dataclass(frozen=True, slots=True)
class AggregationQuery:
    """Sums of `counts` by `dimensions` over the quarter hours from `first` to `end` (exclusive).

    Dimensions are the fields of a cell, `hour`, `day`, `week` and `month` in `timezone`, `utc_day`, and `route`: the
    smartlink or, for direct links, the campaign. Cells without one of the values of each of the `filters` are ignored.
    Clicks have no goal: a filter by goal ignores the conversions of other goals and no clicks. The count `lost_clicks`
    has the clicks by people with a `reason`.
    """

    dimensions: tuple[str, ...]
    counts: tuple[str, ...]
    first: int
    end: int
    filters: Filters = field(default_factory=dict)
    timezone: str = "UTC"

    @property
    def cell_dimensions(self) -> frozenset[str]:
        """Return the dimensions of cells that the query uses, besides the quarter."""
        named = {"smartlink" if name == "route" else name for name in (*self.dimensions, *self.filters)}
        return frozenset(named - _TIMES.keys() | ({"reason"} if LOST_CLICKS in self.counts else set()))


@dataclass(frozen=True, slots=True)
class Limits:
    """Maximum numbers of cells and groups."""

    cells: int = MAX_CELLS
    groups: int = MAX_GROUPS


@dataclass(frozen=True, slots=True)
class _Axis:
    """One dimension of a piece: its distinct values, and for every cell the index of its value."""

    values: Sequence[str]
    codes: Sequence[int]


def aggregate(pieces: Iterable[Columns], query: AggregationQuery, limits: Limits | None = None) -> Groups:
    """Return the sums of every group with a count. Raise `LimitExceeded` as soon as a limit is exceeded."""
    maximum = limits or Limits()
    groups: Groups = {}
    cells = 0
    for piece in pieces:
        cells += piece.size
        _check_limit(cells, maximum.cells, "cells")
        for part, part_query in _parts(piece, query):
            _add(groups, part, part_query)
        _check_limit(len(groups), maximum.groups, "rows")
    return groups


def _check_limit(count: int, limit: int, unit: str) -> None:
    if count > limit:
        raise LimitExceeded(unit, limit)


def _parts(piece: Columns, query: AggregationQuery) -> Iterator[tuple[Columns, AggregationQuery]]:
    """Yield the piece as it is, or clicks and conversions apart if the query names the goal."""
    if "goal" not in (*query.dimensions, *query.filters) or not piece.size:
        yield piece, query
        return
    clicks, conversions = split_by_goal(piece)
    yield clicks, replace(query, filters={name: query.filters[name] for name in query.filters if name != "goal"})
    yield conversions, query


def _add(groups: Groups, piece: Columns, query: AggregationQuery) -> None:
    """Add a piece to the groups.

    The codes of the dimensions are combined into one key per cell, the counts are summed by key, and only the
    keys that occur are translated into values.
    """
    mask = _mask(piece, query) if piece.size else ()
    if mask is not None and not any(mask):
        return
    axes = [_axis(piece, name, query.timezone) for name in query.dimensions]
    keys, original_keys = _compact_keys(*_keys(axes, piece.size, mask))
    counted = [n for n, name in enumerate(query.counts) if name in piece.counts or name == LOST_CLICKS]
    columns = [_sums(piece, query.counts[n], mask, (keys, len(original_keys))) for n in counted]
    for group, sums in zip(_decode_groups(original_keys, axes), zip(*columns, strict=True), strict=False):
        if any(sums):
            totals = groups.setdefault(group, [0] * len(query.counts))
            for n, count in zip(counted, sums, strict=True):
                totals[n] += count


def _mask(piece: Columns, query: AggregationQuery) -> Sequence[int] | None:
    """Return for every cell whether it matches range and filters; None if all do, an empty mask if none can."""
    rules = [("quarter", [query.first <= quarter < query.end for quarter in piece.values["quarter"]])]
    rules += [(name, [value in wanted for value in piece.values[name]]) for name, wanted in query.filters.items()]
    if not all(any(allowed) for _, allowed in rules):
        return ()
    masks = [[allowed[code] for code in piece.codes[name]] for name, allowed in rules if not all(allowed)]
    if not masks:
        return None
    mask = masks[0]
    for further in masks[1:]:
        mask = list(map(and_, mask, further))
    return mask


def _axis(piece: Columns, name: str, timezone: str) -> _Axis:
    if name in _TIMES:
        labels = [_TIMES[name](quarter, timezone) for quarter in piece.values["quarter"]]
        distinct = {label: n for n, label in enumerate(dict.fromkeys(labels))}
        places = [distinct[label] for label in labels]
        return _Axis(list(distinct), [places[code] for code in piece.codes["quarter"]])
    if name == "route":
        return _Axis(piece.values["smartlink"], piece.codes["smartlink"])
    if name == "smartlink":
        values = [value if is_smartlink_id(value) else "" for value in piece.values[name]]
        return _Axis(values, piece.codes[name])
    return _Axis(piece.values[name], piece.codes[name])


def _masked(column: Sequence[int], mask: Sequence[int] | None) -> Sequence[int]:
    return column if mask is None else list(compress(column, mask))


def _keys(axes: Sequence[_Axis], size: int, mask: Sequence[int] | None) -> tuple[Sequence[int], int]:
    """Return the key of every matching cell, a number with its codes as digits, and the number of possible keys."""
    keys: Sequence[int] = bytes(size if mask is None else sum(mask))
    width = 1
    for axis in axes:
        base = len(axis.values)
        if base > 1:
            codes = _masked(axis.codes, mask)
            keys = codes if width == 1 else [key * base + code for key, code in zip(keys, codes, strict=True)]
            width *= base
    return keys, width


def _compact_keys(keys: Sequence[int], width: int) -> tuple[Sequence[int], Sequence[int]]:
    """Return keys below their count, so that sums fit into a short list, and the original key of each."""
    if width <= len(keys):
        return keys, range(width)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys], list(numbers)


def _sums(piece: Columns, name: str, mask: Sequence[int] | None, keyed: tuple[Sequence[int], int]) -> list[int]:
    """Return the sums of a count by key. `keyed` is the key of every matching cell, and the number of keys."""
    keys, size = keyed
    if name in piece.counts:
        return _sums_by_key(keys, size, _masked(piece.counts[name], mask))
    places, lost = lost_cells(piece, mask)
    return _sums_by_key([keys[place] for place in places], size, lost)


def _sums_by_key(keys: Sequence[int], size: int, column: Sequence[int]) -> list[int]:
    sums = [0] * size
    for key, count in zip(keys, column, strict=True):
        sums[key] += count
    return sums


def _decode_groups(keys: Sequence[int], axes: Sequence[_Axis]) -> Iterable[Group]:
    """Return the groups of the keys. The groups of all possible keys are the product of the values, in order."""
    if isinstance(keys, range):
        return product(*(axis.values for axis in axes))
    return (_decode_group(key, axes) for key in keys)


def _decode_group(key: int, axes: Sequence[_Axis]) -> Group:
    """Return the values that a key encodes in its digits."""
    values: list[Any] = []
    for axis in reversed(axes):
        key, code = divmod(key, len(axis.values))
        values.append(axis.values[code])
    return tuple(reversed(values))
