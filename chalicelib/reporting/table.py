"""A report's rows: groups of one currency, in order, with the totals that they add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.aggregation import Group, Groups
from chalicelib.reporting.metrics import Metrics, decimal, ratio

METRICS = (
    *("clicks", "unique_clicks", "duplicate_clicks", "bot_clicks", "conversions", "payout", "revenue", "profit"),
    *("epc", "conversion_rate", "margin"),
)
OWN_METRICS = tuple(name for name in METRICS if name not in {"revenue", "profit", "margin"})
"""What a publisher sees of their own clicks."""

_COUNTS = {"clicks", "unique_clicks", "duplicate_clicks", "bot_clicks", "conversions"}
_RATIOS = {"epc", "conversion_rate", "margin"}

ReportLine = tuple[Group, Metrics]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows by `dimensions`; money is in `currency`, None where there is none."""

    dimensions: tuple[str, ...]
    lines: Sequence[ReportLine]
    totals: Metrics
    currency: str | None


def one_currency(groups: Groups, asked: str | None, money: Sequence[int]) -> str | None:
    """The currency of all money in the groups, which have it last; `money` says which sums are money.

    Raises `Invalid` where there are several and none was asked for.
    """
    if asked:
        return asked
    found = sorted({group[-1] for group, sums in groups.items() if any(sums[n] for n in money)})
    if len(found) > 1:
        raise ValidationFailed(
            ("/currency", f"must be one of {', '.join(found)}: the range holds money in each of them")
        )
    return found[0] if found else None


def without_currency(groups: Groups, asked: str | None) -> Groups:
    """The groups without their currency; if one was asked for, without what was paid in others."""
    kept: Groups = {}
    for group, sums in groups.items():
        if not asked or group[-1] in ("", asked):
            held = kept.setdefault(group[:-1], [0] * len(sums))
            held[:] = [one + two for one, two in zip(held, sums, strict=True)]
    return kept


def table(groups: Groups, dimensions: tuple[str, ...], currency: str | None, shown: Iterable[str]) -> Table:
    """The table of groups without currency: a row for each in which something shown is not 0."""
    order, metrics = partial(_order, dimensions), tuple(shown)
    every = ((group, Metrics(*groups[group])) for group in sorted(groups, key=order))
    lines = [(group, figures) for group, figures in every if any(getattr(figures, name) for name in metrics)]
    totals = Metrics(*(sum(column) for column in zip(*(groups[group] for group, _ in lines), strict=True)))
    return Table(dimensions, lines, totals, currency)


def _order(dimensions: tuple[str, ...], group: Group) -> tuple[Any, ...]:
    """By the dimensions in turn, hours by when they began; what is unknown is empty and comes first."""
    named = zip(dimensions, group, strict=True)
    return tuple(_moment(value) if name == "hour" else value for name, value in named)


_moment = lru_cache(maxsize=20_000)(datetime.fromisoformat)


def named(dimensions: tuple[str, ...], group: Group) -> dict[str, str | None]:
    """The group's values by dimension, None for what is unknown."""
    return {name: value or None for name, value in zip(dimensions, group, strict=True)}


def written(figures: Metrics, metrics: Iterable[str]) -> dict[str, int | str | None]:
    """The metrics as documents have them: counts are numbers, money and ratios decimal strings."""
    return {name: _written(name, getattr(figures, name)) for name in metrics}


def _written(name: str, value: int | None) -> int | str | None:
    if name in _COUNTS or value is None:
        return value
    return ratio(value) if name in _RATIOS else decimal(value)
