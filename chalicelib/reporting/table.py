"""The table of a report: sorted rows in one currency, with totals."""

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
"""The metrics that publishers see."""

_COUNTS = {"clicks", "unique_clicks", "duplicate_clicks", "bot_clicks", "conversions"}
_RATIOS = {"epc", "conversion_rate", "margin"}

ReportLine = tuple[Group, Metrics]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a report. `currency` is None if there are no amounts."""

    dimensions: tuple[str, ...]
    lines: Sequence[ReportLine]
    totals: Metrics
    currency: str | None


def resolve_currency(groups: Groups, requested: str | None, money: Sequence[int]) -> str | None:
    """Return the requested currency, or the only currency of the groups; None if there are no amounts.

    The currency is the last value of a group; `money` are the indexes of the amounts in its sums. Raise
    `ValidationFailed` if there are several currencies and none is requested.
    """
    if requested:
        return requested
    currencies = sorted({group[-1] for group, sums in groups.items() if any(sums[n] for n in money)})
    if len(currencies) > 1:
        detail = f"is required because the range contains several currencies: {', '.join(currencies)}"
        raise ValidationFailed(("/currency", detail))
    return currencies[0] if currencies else None


def without_currency(groups: Groups, requested: str | None) -> Groups:
    """Return the groups without their currency. If one is requested, amounts in other currencies are omitted."""
    merged: Groups = {}
    for group, sums in groups.items():
        if not requested or group[-1] in ("", requested):
            totals = merged.setdefault(group[:-1], [0] * len(sums))
            totals[:] = [total + count for total, count in zip(totals, sums, strict=True)]
    return merged


def build_table(groups: Groups, dimensions: tuple[str, ...], currency: str | None, shown: Iterable[str]) -> Table:
    """Return the table of groups without currency. Groups in which all shown metrics are 0 are omitted."""
    order, metrics = partial(_order, dimensions), tuple(shown)
    rows = ((group, Metrics(*groups[group])) for group in sorted(groups, key=order))
    lines = [(group, figures) for group, figures in rows if any(getattr(figures, name) for name in metrics)]
    totals = Metrics(*(sum(column) for column in zip(*(groups[group] for group, _ in lines), strict=True)))
    return Table(dimensions, lines, totals, currency)


def _order(dimensions: tuple[str, ...], group: Group) -> tuple[Any, ...]:
    """Sort by the dimensions in order: hours by time, unknown (empty) values first."""
    values = zip(dimensions, group, strict=True)
    return tuple(_parse_time(value) if name == "hour" else value for name, value in values)


_parse_time = lru_cache(maxsize=20_000)(datetime.fromisoformat)


def labels_by_dimension(dimensions: tuple[str, ...], group: Group) -> dict[str, str | None]:
    """Return the values of a group by dimension, None if unknown."""
    return {name: value or None for name, value in zip(dimensions, group, strict=True)}


def encode_metrics(figures: Metrics, metrics: Iterable[str]) -> dict[str, int | str | None]:
    """Return the metrics as documents contain them: counts are numbers, amounts and ratios decimal strings."""
    return {name: _encode(name, getattr(figures, name)) for name in metrics}


def _encode(name: str, value: int | None) -> int | str | None:
    if name in _COUNTS or value is None:
        return value
    return ratio(value) if name in _RATIOS else decimal(value)
