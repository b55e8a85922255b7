"""Lost clicks: how many reached no paying offer, why, and what they would have brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.reporting.aggregation import Groups
from chalicelib.reporting.metrics import quotient

DIMENSIONS = ("reason", "route", "country", "device", "currency")
COUNTS = ("unique_clicks", "duplicate_clicks", "payout", "revenue", "poison")
MONEY = (2, 3)
"""Where in these counts the money stands."""

POISON = "poison"
_SMARTLINK = "sml_"

LostSegment = tuple[str, ...]
"""A route and, as far as they are told apart, country and device."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The lost clicks of a smartlink (None: of direct links) for one reason.

    Estimates are money in millionths; None of records that cannot be read, of which nothing is known.
    """

    reason: str
    smartlink_id: str | None
    clicks: int
    payout: int | None
    revenue: int | None

    @property
    def profit(self) -> int | None:
        """Revenue less payout."""
        return None if self.revenue is None or self.payout is None else self.revenue - self.payout


@dataclass(slots=True)
class _Sum:
    """Clicks with their money, exactly."""

    clicks: int = 0
    payout: Fraction = Fraction()
    revenue: Fraction = Fraction()

    def add(self, clicks: int, payout: Fraction | int, revenue: Fraction | int) -> None:
        self.clicks += clicks
        self.payout += payout
        self.revenue += revenue


def lost_clicks(groups: Groups) -> list[Lost]:
    """The lost clicks by reason and smartlink, those that would have brought the most revenue first.

    `groups` are sums of `COUNTS` by `DIMENSIONS` without the currency. A click that was lost in a segment
    is worth what the paid clicks of its pool brought there in the same range:

        value(segment) = money of paid clicks ÷ number of paid clicks
        estimate = Σ over segments: lost clicks * value(segment)

    where the segment is a country and device, or the country where that had no paid click, or the whole pool
    where the country had none; and 0 where the pool had none.
    """
    values = _values(groups)
    found: dict[tuple[str, str], _Sum] = {}
    for (reason, route, country, device), (unique, duplicate, _, _, poison) in groups.items():
        if reason:
            clicks, (payout, revenue) = unique + duplicate, _value(values, route, country, device)
            smartlink = route if route.startswith(_SMARTLINK) else ""
            found.setdefault((reason, smartlink), _Sum()).add(clicks, clicks * payout, clicks * revenue)
        elif poison:
            found.setdefault((POISON, ""), _Sum()).add(poison, 0, 0)
    return sorted((_lost(*key, total) for key, total in found.items() if total.clicks), key=_order)


def _values(groups: Groups) -> dict[LostSegment, _Sum]:
    """What paid clicks came to in each segment, country and pool."""
    sums: dict[LostSegment, _Sum] = {}
    for (reason, route, country, device), (unique, duplicate, payout, revenue, _) in groups.items():
        if not reason:
            for segment in _wider(route, country, device):
                sums.setdefault(segment, _Sum()).add(unique + duplicate, payout, revenue)
    return sums


def _wider(route: str, country: str, device: str) -> tuple[LostSegment, ...]:
    return (route, country, device), (route, country), (route,)


def _value(values: Mapping[LostSegment, _Sum], route: str, country: str, device: str) -> tuple[Fraction, Fraction]:
    """Payout and revenue of a click in the narrowest segment that had one."""
    for segment in _wider(route, country, device):
        known = values.get(segment)
        if known and known.clicks:
            return known.payout / known.clicks, known.revenue / known.clicks
    return Fraction(), Fraction()


def _lost(reason: str, smartlink: str, total: _Sum) -> Lost:
    if reason == POISON:
        return Lost(reason, None, total.clicks, None, None)
    return Lost(reason, smartlink or None, total.clicks, _rounded(total.payout), _rounded(total.revenue))


def _rounded(money: Fraction) -> int:
    return quotient(money.numerator, money.denominator) or 0


def _order(lost: Lost) -> tuple[int, int, str, str]:
    """By revenue falling; what nothing is known of comes last."""
    revenue = -1 if lost.revenue is None else lost.revenue
    return -revenue, -lost.clicks, lost.reason, lost.smartlink_id or ""


def total(rows: Sequence[Lost]) -> Lost:
    """What the rows add up to; its reason is empty."""
    return Lost("", None, _sum(row.clicks for row in rows), *_money(rows))


def _money(rows: Sequence[Lost]) -> tuple[int, int]:
    return _sum(row.payout for row in rows), _sum(row.revenue for row in rows)


def _sum(amounts: Iterable[int | None]) -> int:
    return sum(amount or 0 for amount in amounts)
