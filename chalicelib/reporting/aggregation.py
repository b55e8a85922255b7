"""Columns of counter cells, folded into groups: the part of a report that meets every cell, and must be quick."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import and_
from typing import Any

from chalicelib.counters.column_codec import Columns
from chalicelib.reporting.date_range import day_of, hour_of

MAX_CELLS = 2_000_000
"""As many as are folded in two or three seconds."""

MAX_GROUPS = 250_000
"""More than fit into any answer."""

_TIMES = {"hour": hour_of, "day": day_of}
_SMARTLINK = "sml_"

Group = tuple[str, ...]
Groups = dict[Group, list[int]]
"""Sums by group: the values of the dimensions in their order; what is unknown or does not apply is empty."""


class LimitExceeded(Exception):  # noqa: N818 - a fact that the report tells
    """More was found than can be folded; `what` and `limit` say how much that is."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"more than {limit:,} {what}")
        self.what = what
        self.limit = limit


@dataclass(frozen=True, slots=True)
class AggregationQuery:
    """What to fold: `counts` of the cells in quarters from `first` to before `past`, by `dimensions`.

    Dimensions are a cell's own by name, `hour` and `day` in `timezone`, and `route`, which is a cell's
    smartlink or, for direct links, its campaign. Only cells count that have the values of `filters`.
    """

    dimensions: tuple[str, ...]
    counts: tuple[str, ...]
    first: int
    end: int
    filters: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be folded at most."""

    cells: int = MAX_CELLS
    groups: int = MAX_GROUPS


@dataclass(frozen=True, slots=True)
class _Axis:
    """One dimension within one piece: distinct values, and for every cell the place of its own."""

    values: Sequence[str]
    codes: Sequence[int]


def aggregate(pieces: Iterable[Columns], plan: AggregationQuery, limits: Limits | None = None) -> Groups:
    """The sums of every group with something in it. Raises `TooMuch` as soon as a limit is passed."""
    most = limits or Limits()
    groups: Groups = {}
    cells = 0
    for piece in pieces:
        cells += piece.size
        _check(cells, most.cells, "cells")
        _add(groups, piece, plan)
        _check(len(groups), most.groups, "rows")
    return groups


def _check(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise LimitExceeded(what, limit)


def _add(groups: Groups, piece: Columns, plan: AggregationQuery) -> None:
    """Adds a piece to the groups.

    The codes of the wanted dimensions become one number for each cell, the counts are summed by number,
    and only the numbers met are translated into values.
    """
    mask = _mask(piece, plan) if piece.size else ()
    if mask is not None and not any(mask):
        return
    axes = [_axis(piece, name, plan.timezone) for name in plan.dimensions]
    keys, met = _renumbered(*_keys(axes, piece.size, mask))
    sums = [_summed(keys, len(met), _taken(piece.counts[name], mask)) for name in plan.counts if name in piece.counts]
    places = [n for n, name in enumerate(plan.counts) if name in piece.counts]
    for number, counted in zip(met, zip(*sums, strict=True), strict=False):
        if any(counted):
            held = groups.setdefault(_group(number, axes), [0] * len(plan.counts))
            for n, count in zip(places, counted, strict=True):
                held[n] += count


def _mask(piece: Columns, plan: AggregationQuery) -> Sequence[int] | None:
    """For every cell whether it counts; None where all do."""
    rules = [("quarter", [plan.first <= quarter < plan.end for quarter in piece.values["quarter"]])]
    rules += [(name, [value == wanted for value in piece.values[name]]) for name, wanted in plan.filters.items()]
    if not all(any(allowed) for _, allowed in rules):
        return ()
    masks = [[allowed[code] for code in piece.codes[name]] for name, allowed in rules if not all(allowed)]
    if not masks:
        return None
    mask = masks[0]
    for other in masks[1:]:
        mask = list(map(and_, mask, other))
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
        values = [value if value.startswith(_SMARTLINK) else "" for value in piece.values[name]]
        return _Axis(values, piece.codes[name])
    return _Axis(piece.values[name], piece.codes[name])


def _taken(column: Sequence[int], mask: Sequence[int] | None) -> Sequence[int]:
    return column if mask is None else list(compress(column, mask))


def _keys(axes: Sequence[_Axis], size: int, mask: Sequence[int] | None) -> tuple[Sequence[int], int]:
    """For every cell that counts one number, its codes as digits; and how many numbers there can be."""
    keys: Sequence[int] = bytes(size if mask is None else sum(mask))
    width = 1
    for axis in axes:
        base = len(axis.values)
        if base > 1:
            codes = _taken(axis.codes, mask)
            keys = codes if width == 1 else [key * base + code for key, code in zip(keys, codes, strict=True)]
            width *= base
    return keys, width


def _renumbered(keys: Sequence[int], width: int) -> tuple[Sequence[int], Sequence[int]]:
    """Keys below about their own number, and what each stood for: so that sums fit into a short list."""
    if width <= len(keys):
        return keys, range(width)
    met: dict[int, int] = {}
    return [met.setdefault(key, len(met)) for key in keys], list(met)


def _summed(keys: Sequence[int], size: int, column: Sequence[int]) -> list[int]:
    sums = [0] * size
    for key, count in zip(keys, column, strict=True):
        sums[key] += count
    return sums


def _group(number: int, axes: Sequence[_Axis]) -> Group:
    """The values that a key's digits stand for."""
    values: list[Any] = []
    for axis in reversed(axes):
        number, code = divmod(number, len(axis.values))
        values.append(axis.values[code])
    return tuple(reversed(values))
