"""Lost clicks: clicks that reached no paying offer, by reason, with estimates of the lost amounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.domain.ids import is_smartlink_id
from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.metrics import quotient

DIMENSIONS = ("reason", "route", "country", "device", "currency")
COUNTS = ("unique_clicks", "duplicate_clicks", "payout", "revenue", "poison")
MONEY = (2, 3)
"""Indexes of the amounts in `COUNTS`."""

POISON = "poison"

LostSegment = tuple[str, ...]
"""A route; a route and country; or a route, country and device."""


@dataclass(frozen=True, slots=True)
class LostClicks:
    """The lost clicks of a smartlink for one reason. `smartlink_id` is None for direct links.

    `payout` and `revenue` are estimates in millionths of `currency`, which is empty if both are 0. They are None for
    records that cannot be parsed.
    """

    reason: str
    smartlink_id: str | None
    clicks: int
    payout: int | None
    revenue: int | None
    currency: str = ""

    @property
    def has_value(self) -> bool:
        """Return whether an estimate is not 0."""
        return bool(self.payout or self.revenue)

    @property
    def profit(self) -> int | None:
        """Return revenue minus payout."""
        return None if self.revenue is None or self.payout is None else self.revenue - self.payout


@dataclass(slots=True)
class _Sum:
    """Clicks with their exact amounts."""

    clicks: int = 0
    payout: Fraction = Fraction()
    revenue: Fraction = Fraction()

    def add(self, clicks: int, payout: Fraction | int, revenue: Fraction | int) -> None:
        self.clicks += clicks
        self.payout += payout
        self.revenue += revenue


def currencies(groups: Groups) -> list[str]:
    """Return the currencies of all amounts, sorted."""
    return sorted({group[-1] for group, sums in groups.items() if any(sums[n] for n in MONEY)})


def lost_clicks(groups: Groups, shown: Sequence[str]) -> list[LostClicks]:
    """Return the lost clicks by reason and smartlink, sorted by estimated revenue, highest first.

    `groups` are sums of `COUNTS` by `DIMENSIONS`. The value of a lost click is estimated from the paid clicks of its
    segment in the same range, in each of the `shown` currencies:

        value(segment, currency) = amount of paid clicks in the currency ÷ number of all paid clicks
        estimate(currency) = Σ over segments: lost clicks * value(segment, currency)

    A segment is the route with country and device. If it has no paid click, the route with country is used,
    then the route alone. If the route has no paid click, the value is 0.

    Clicks with estimates in several currencies are in a row of each: they were lost once, and all the estimates of
    their rows were lost with them. Clicks without a value are in one row without a currency.
    """
    by_currency = (_estimated(_in_currency(groups, currency), currency) for currency in shown)
    rows = [row for rows in by_currency for row in rows if row.has_value]
    valued = {(row.reason, row.smartlink_id) for row in rows}
    others = _estimated(_in_currency(groups, None), "")
    return sorted([*rows, *(row for row in others if (row.reason, row.smartlink_id) not in valued)], key=_order)


def _in_currency(groups: Groups, currency: str | None) -> Groups:
    """Return the groups without their currency, with all clicks and the amounts in one currency or none."""
    merged: Groups = {}
    for group, sums in groups.items():
        totals = merged.setdefault(group[:-1], [0] * len(sums))
        for n, count in enumerate(sums):
            totals[n] += 0 if n in MONEY and group[-1] != currency else count
    return merged


def _estimated(groups: Groups, currency: str) -> list[LostClicks]:
    """Return the rows of one currency."""
    values = _values(groups)
    sums: dict[tuple[str, str], _Sum] = {}
    for (reason, route, country, device), (unique, duplicate, _, _, poison) in groups.items():
        if reason:
            clicks, (payout, revenue) = unique + duplicate, _value(values, route, country, device)
            smartlink = route if is_smartlink_id(route) else ""
            sums.setdefault((reason, smartlink), _Sum()).add(clicks, clicks * payout, clicks * revenue)
        elif poison:
            sums.setdefault((POISON, ""), _Sum()).add(poison, 0, 0)
    return [_lost(*key, total, currency) for key, total in sums.items() if total.clicks]


def _values(groups: Groups) -> dict[LostSegment, _Sum]:
    """Return the sums of paid clicks of each segment, country and route."""
    sums: dict[LostSegment, _Sum] = {}
    for (reason, route, country, device), (unique, duplicate, payout, revenue, _) in groups.items():
        if not reason:
            for segment in _segments(route, country, device):
                sums.setdefault(segment, _Sum()).add(unique + duplicate, payout, revenue)
    return sums


def _segments(route: str, country: str, device: str) -> tuple[LostSegment, ...]:
    return (route, country, device), (route, country), (route,)


def _value(values: Mapping[LostSegment, _Sum], route: str, country: str, device: str) -> tuple[Fraction, Fraction]:
    """Return payout and revenue per click of the narrowest segment with paid clicks."""
    for segment in _segments(route, country, device):
        paid = values.get(segment)
        if paid and paid.clicks:
            return paid.payout / paid.clicks, paid.revenue / paid.clicks
    return Fraction(), Fraction()


def _lost(reason: str, smartlink: str, total: _Sum, currency: str) -> LostClicks:
    if reason == POISON:
        return LostClicks(reason, None, total.clicks, None, None)
    payout, revenue = _rounded(total.payout), _rounded(total.revenue)
    return LostClicks(reason, smartlink or None, total.clicks, payout, revenue, currency)


def _rounded(money: Fraction) -> int:
    return quotient(money.numerator, money.denominator) or 0


def _order(lost: LostClicks) -> tuple[int, int, str, str, str]:
    """Sort by revenue, highest first. Rows without an estimate are last."""
    revenue = -1 if lost.revenue is None else lost.revenue
    return -revenue, -lost.clicks, lost.reason, lost.smartlink_id or "", lost.currency


def total(rows: Sequence[LostClicks], currency: str = "") -> LostClicks:
    """Return the sum of the rows; its reason is empty."""
    return LostClicks("", None, _sum(row.clicks for row in rows), *_money(rows), currency)


def totals_by_currency(rows: Sequence[LostClicks], shown: Sequence[str]) -> list[LostClicks]:
    """Return the sum of the rows of each currency. If only one is shown, rows without a currency are summed with it."""
    if len(shown) <= 1:
        return [total(rows, *shown)] if rows else []
    found = sorted({row.currency for row in rows})
    return [total([row for row in rows if row.currency == currency], currency) for currency in found]


def _money(rows: Sequence[LostClicks]) -> tuple[int, int]:
    return _sum(row.payout for row in rows), _sum(row.revenue for row in rows)


def _sum(amounts: Iterable[int | None]) -> int:
    return sum(amount or 0 for amount in amounts)
