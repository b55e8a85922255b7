"""Figures of smartlinks as their list shows them, from counter cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chalicelib.counters.column_codec import Columns
from chalicelib.domain.money import MONEY
from chalicelib.exchange.rates import ExchangeRates, MissingRate
from chalicelib.reporting.aggregation import AggregationQuery, Groups, Limits, aggregate
from chalicelib.reporting.converted_amounts import UTC_DAY, Conversion, convert
from chalicelib.reporting.date_range import Period
from chalicelib.reporting.metrics import decimal, quotient

SERIES_DAYS = 7

_CLICKS = ("unique_clicks", "duplicate_clicks")
_COUNTS = (*_CLICKS, "conversions", "payout", "revenue")
_AMOUNTS = (3, 4)
_LIMITS = Limits(groups=1_000_000)

Rates = Callable[[], ExchangeRates]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one smartlink; amounts in millionths of the currency unit, None if they are in several currencies.

    `lost` are the clicks that reached no paying offer, `series` the clicks by day.
    """

    series: Sequence[int]
    clicks: int = 0
    lost: int = 0
    conversions: int = 0
    payout: int | None = 0
    revenue: int | None = 0
    currency: str | None = None

    @property
    def epc(self) -> int | None:
        """Return payout ÷ clicks in millionths."""
        return None if self.payout is None else quotient(self.payout, self.clicks)

    @property
    def fallback_share(self) -> int | None:
        """Return the share of lost clicks in millionths."""
        return quotient(self.lost * MONEY, self.clicks)

    def fields(self) -> dict[str, Any]:
        """Return the fields of the smartlink's row."""
        amounts = ("payout", "revenue", "epc", "fallback_share")
        counts = ("clicks", "conversions", "currency", "series")
        return {
            **{name: getattr(self, name) for name in counts},
            **{name: None if (value := getattr(self, name)) is None else decimal(value) for name in amounts},
        }


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """Figures by smartlink ID; smartlinks without any are missing. `currencies` are the currencies of their amounts."""

    by_smartlink: Mapping[str, Figures]
    currency: str | None
    currencies: frozenset[str]

    def of(self, smartlink_id: str) -> Figures:
        """Return the figures of a smartlink; it may have none."""
        return self.by_smartlink.get(smartlink_id) or Figures([0] * SERIES_DAYS, currency=self.currency)


def network_figures(pieces: Sequence[Columns], period: Period, week: Period, rates: Rates) -> NetworkFigures:
    """Return the figures of the period from cells of both periods; `week` is the period of the series."""
    has_several = len({value for piece in pieces for value in piece.values["currency"]} - {""}) > 1
    # Only amounts to convert are needed by day.
    dimensions = ("smartlink", "currency", "reason", *((UTC_DAY,) if has_several else ()))
    amounts = _sum(pieces, dimensions, _COUNTS, period)
    currencies = {group[1] for group in amounts} - {""}
    base = rates().base if len(currencies) > 1 else None
    common = base or (next(iter(currencies)) if len(currencies) == 1 else None)
    series = _series(pieces, week)
    found = {
        smartlink_id: replace(_figures(groups, base, rates, common), series=series.get(smartlink_id, [0] * SERIES_DAYS))
        for smartlink_id, groups in _by_smartlink(amounts, series).items()
    }
    return NetworkFigures(found, common, frozenset(each.currency for each in found.values() if each.currency))


def _sum(pieces: Sequence[Columns], dimensions: tuple[str, ...], counts: tuple[str, ...], period: Period) -> Groups:
    query = AggregationQuery(dimensions, counts, period.first_quarter, period.end_quarter, timezone=period.timezone)
    groups = aggregate(pieces, query, _LIMITS)
    return {group: sums for group, sums in groups.items() if group[0]}


def _by_smartlink(amounts: Groups, others: Mapping[str, Any]) -> dict[str, Groups]:
    """Return the groups of each smartlink."""
    found: dict[str, Groups] = {smartlink_id: {} for smartlink_id in others}
    for group, sums in amounts.items():
        found.setdefault(group[0], {})[group] = sums
    return found


def _series(pieces: Sequence[Columns], week: Period) -> dict[str, list[int]]:
    """Return the clicks by day of each smartlink."""
    first = week.local_days[0].toordinal()
    found: dict[str, list[int]] = {}
    for (smartlink_id, day), sums in _sum(pieces, ("smartlink", "day"), _CLICKS, week).items():
        found.setdefault(smartlink_id, [0] * SERIES_DAYS)[date.fromisoformat(day).toordinal() - first] = sum(sums)
    return found


def _figures(groups: Groups, base: str | None, rates: Rates, common: str | None) -> Figures:
    """Return the figures of one smartlink's groups: in the base currency, its own one, or without amounts."""
    totals = [sum(column) for column in zip(*groups.values(), strict=True)] or [0] * len(_COUNTS)
    lost = sum(sums[0] + sums[1] for group, sums in groups.items() if group[2])
    counted = Figures([], totals[0] + totals[1], lost, totals[2])
    currencies = {group[1] for group, sums in groups.items() if any(sums[n] for n in _AMOUNTS)}
    if base and currencies:
        return _converted(counted, groups, base, rates)
    if len(currencies) > 1:
        return replace(counted, payout=None, revenue=None)
    return replace(counted, payout=totals[3], revenue=totals[4], currency=next(iter(currencies), common))


def _converted(counted: Figures, groups: Groups, base: str, rates: Rates) -> Figures:
    try:
        rows = convert(groups, 1, Conversion(base, rates(), _AMOUNTS))
    except MissingRate:
        return replace(counted, payout=None, revenue=None)
    payout, revenue = (sum(sums[n] for sums in rows.values()) for n in _AMOUNTS)
    return replace(counted, payout=payout, revenue=revenue, currency=base)
