"""The table of a report: sorted rows, each in one currency, with totals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from chalicelib.reporting.aggregation import Group, Groups
from chalicelib.reporting.dimensions import NAMED
from chalicelib.reporting.metrics import AMOUNTS, Metrics, decimal

CURRENCY = "currency"
METRICS = (
    *("clicks", "unique_clicks", "duplicate_clicks", "bot_clicks"),
    *("conversions", "pending_conversions", "rejected_conversions"),
    *("payout", "pending_payout", "revenue", "profit", "epc", "conversion_rate", "margin", "fallback_share"),
)
OWN_METRICS = tuple(name for name in METRICS if name not in {"revenue", "profit", "margin"})
"""The metrics that publishers see."""

_RATIOS = {"epc", "conversion_rate", "margin", "fallback_share"}
_MONEY = {*AMOUNTS, "profit"}

ReportLine = tuple[Group, Metrics]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a report by `columns`: its dimensions, and the currency, empty for clicks that reached no campaign.

    `currency` is the only one in the answer. If there are several, it and `totals` are None. `totals_by_currency` has
    the sum of the rows of each currency.
    """

    columns: tuple[str, ...]
    lines: Sequence[ReportLine]
    totals: Metrics | None
    totals_by_currency: Sequence[tuple[str, Metrics]]
    currency: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The dimensions of a report, the metrics that it shows, and the currency that the caller asked for, if any."""

    dimensions: tuple[str, ...]
    metrics: tuple[str, ...]
    currency: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the dimensions, and the currency as the last column unless it is one of them."""
        return self.dimensions if CURRENCY in self.dimensions else (*self.dimensions, CURRENCY)

    @property
    def place(self) -> int:
        """Return the index of the currency in the columns."""
        return self.columns.index(CURRENCY)


def build_table(groups: Groups, layout: Layout) -> Table:
    """Return the table of groups by the columns of the layout. Groups in which all shown metrics are 0 are omitted.

    If one currency is in the answer, clicks that reached no campaign are summed with it, unless the report is grouped
    by currency: a row has the currency of its cells, or none if they have none.
    """
    shown = _shown(groups, layout)
    currencies = sorted({group[layout.place] for group in shown} - {""})
    only = layout.currency or (currencies[0] if len(currencies) == 1 else None)
    is_by_currency = len(currencies) > 1 or CURRENCY in layout.dimensions
    rows = shown if is_by_currency else _shown(_merge_without_currency(shown, layout.place), layout)
    lines = [(group, Metrics(*rows[group])) for group in sorted(rows, key=partial(_order, layout.columns))]
    total = _sum(rows.values())
    sums = _sums_by_currency(rows, layout.place) if is_by_currency else [(only or "", total)]
    return Table(layout.columns, lines, total if len(currencies) <= 1 else None, sums if rows else [], only)


def _shown(groups: Groups, layout: Layout) -> Groups:
    """Return the groups in which a shown metric is not 0. Each metric is 0 if its counts are."""
    places = [n for n, count in enumerate(fields(Metrics)) if count.name in layout.metrics]
    return {group: sums for group, sums in groups.items() if any(sums[n] for n in places)}


def _merge_without_currency(groups: Groups, place: int) -> Groups:
    """Return the groups; those without a currency are added to the groups of the same dimensions that have one."""
    without_currency = {group: sums for group, sums in groups.items() if not group[place]}
    if not without_currency:
        return groups
    merged = {group: sums for group, sums in groups.items() if group[place]}
    with_currency = {_without(group, place): group for group in merged}
    for group, sums in without_currency.items():
        other = with_currency.get(_without(group, place), group)
        merged[other] = [total + count for total, count in zip(merged.get(other, [0] * len(sums)), sums, strict=True)]
    return merged


def _without(group: Group, place: int) -> Group:
    return (*group[:place], *group[place + 1 :])


def _sum(rows: Iterable[Sequence[int]]) -> Metrics:
    return Metrics(*(sum(column) for column in zip(*rows, strict=True)))


def _sums_by_currency(rows: Groups, place: int) -> list[tuple[str, Metrics]]:
    """Return the sums of the rows by currency, those without one first."""
    by_currency: dict[str, list[list[int]]] = {}
    for group, sums in rows.items():
        by_currency.setdefault(group[place], []).append(sums)
    return [(currency, _sum(by_currency[currency])) for currency in sorted(by_currency)]


def _order(dimensions: tuple[str, ...], group: Group) -> tuple[Any, ...]:
    """Sort by the dimensions in order: hours by time, unknown (empty) values first."""
    values = zip(dimensions, group, strict=True)
    return tuple(_parse_time(value) if name == "hour" else value for name, value in values)


_parse_time = lru_cache(maxsize=20_000)(datetime.fromisoformat)


Names = Mapping[str, Mapping[str, str]]
"""The names of the IDs of each dimension of IDs."""


def label_columns(dimensions: Iterable[str]) -> list[str]:
    """Return the columns of a row's labels: its dimensions, and a name beside each dimension of IDs."""
    return [column for name in dimensions for column in ([name, f"{name}_name"] if name in NAMED else [name])]


def labels(dimensions: tuple[str, ...], group: Group, names: Names) -> dict[str, str | None]:
    """Return the labels of a row by column: the values of its group and their names, None if unknown."""
    values: dict[str, str | None] = {}
    for dimension, value in zip(dimensions, group, strict=True):
        values[dimension] = value or None
        if dimension in NAMED:
            values[f"{dimension}_name"] = names[dimension].get(value) or None
    return values


def encode_metrics(figures: Metrics, metrics: Iterable[str]) -> dict[str, int | str | None]:
    """Return the metrics as documents contain them: counts are numbers, amounts and ratios decimal strings."""
    return {name: _encode(name, getattr(figures, name)) for name in metrics}


_DECIMALS = _MONEY | _RATIOS


def _encode(name: str, value: int | None) -> int | str | None:
    if value is None:
        return None
    return decimal(value) if name in _DECIMALS else value
