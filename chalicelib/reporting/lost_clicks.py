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

    `payout` and `revenue` are estimates in millionths; None for records that cannot be parsed.
    """

    reason: str
    smartlink_id: str | None
    clicks: int
    payout: int | None
    revenue: int | None

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


def lost_clicks(groups: Groups) -> list[LostClicks]:
    """Return the lost clicks by reason and smartlink, sorted by estimated revenue, highest first.

    `groups` are sums of `COUNTS` by `DIMENSIONS` without the currency. The value of a lost click is estimated
    from the paid clicks of its segment in the same range:

        value(segment) = amount of paid clicks ÷ number of paid clicks
        estimate = Σ over segments: lost clicks * value(segment)

    A segment is the route with country and device. If it has no paid click, the route with country is used,
    then the route alone. If the route has no paid click, the value is 0.
    """
    values = _values(groups)
    sums: dict[tuple[str, str], _Sum] = {}
    for (reason, route, country, device), (unique, duplicate, _, _, poison) in groups.items():
        if reason:
            clicks, (payout, revenue) = unique + duplicate, _value(values, route, country, device)
            smartlink = route if is_smartlink_id(route) else ""
            sums.setdefault((reason, smartlink), _Sum()).add(clicks, clicks * payout, clicks * revenue)
        elif poison:
            sums.setdefault((POISON, ""), _Sum()).add(poison, 0, 0)
    return sorted((_lost(*key, total) for key, total in sums.items() if total.clicks), key=_order)


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


def _lost(reason: str, smartlink: str, total: _Sum) -> LostClicks:
    if reason == POISON:
        return LostClicks(reason, None, total.clicks, None, None)
    return LostClicks(reason, smartlink or None, total.clicks, _rounded(total.payout), _rounded(total.revenue))


def _rounded(money: Fraction) -> int:
    return quotient(money.numerator, money.denominator) or 0


def _order(lost: LostClicks) -> tuple[int, int, str, str]:
    """Sort by revenue, highest first. Rows without an estimate are last."""
    revenue = -1 if lost.revenue is None else lost.revenue
    return -revenue, -lost.clicks, lost.reason, lost.smartlink_id or ""


def total(rows: Sequence[LostClicks]) -> LostClicks:
    """Return the sum of the rows; its reason is empty."""
    return LostClicks("", None, _sum(row.clicks for row in rows), *_money(rows))


def _money(rows: Sequence[LostClicks]) -> tuple[int, int]:
    return _sum(row.payout for row in rows), _sum(row.revenue for row in rows)


def _sum(amounts: Iterable[int | None]) -> int:
    return sum(amount or 0 for amount in amounts)
