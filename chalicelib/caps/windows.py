"""Caps as counters: which windows a click or a conversion falls into, and what each still allows."""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from chalicelib.domain.campaign import Campaign, Cap, CapMetric, CapScope, CapWindow
from chalicelib.domain.money import millionths

_TTL_AFTER_WINDOW = timedelta(days=2)
_BY_CLICKS = frozenset({CapMetric.CLICKS})
_BY_CONVERSIONS = frozenset({CapMetric.CONVERSIONS, CapMetric.PAYOUT, CapMetric.REVENUE})
_MONEY = frozenset({CapMetric.PAYOUT, CapMetric.REVENUE})


@dataclass(frozen=True, slots=True)
class CapCounter:
    """One place under a cap: the counter's key, its limit, and when the counter may go (None: never).

    The counter and its limit count `metric`: clicks and conversions one by one, money in millionths.
    """

    key: str
    limit: int
    expires_at: datetime | None
    metric: CapMetric = CapMetric.CLICKS


def click_counters(campaign: Campaign, publisher_id: str, now: datetime) -> tuple[CapCounter, ...]:
    """The places that one click of this publisher takes under the campaign's click caps."""
    return tuple(_place(cap, campaign, publisher_id, now) for cap in _caps(campaign, _BY_CLICKS))


def conversion_counters(campaign: Campaign, publisher_id: str, now: datetime) -> tuple[CapCounter, ...]:
    """The places that one conversion takes under the campaign's caps on conversions, payout and revenue."""
    return tuple(_place(cap, campaign, publisher_id, now) for cap in _caps(campaign, _BY_CONVERSIONS))


def limit_in_counter_units(metric: CapMetric, limit: Decimal) -> int:
    """The limit as the metric's counters count: money in millionths."""
    return millionths(limit) if metric in _MONEY else int(limit)


def _caps(campaign: Campaign, metrics: Collection[CapMetric]) -> Iterator[Cap]:
    return (cap for cap in campaign.caps if cap.metric in metrics)


def _place(cap: Cap, campaign: Campaign, publisher_id: str, now: datetime) -> CapCounter:
    start, end = window(cap, now)
    whose = publisher_id if cap.scope is CapScope.PUBLISHER else "*"
    since = str(int(start.timestamp())) if start else "ever"
    key = f"{campaign.id}|{cap.metric}|{cap.window}|{cap.timezone}|{since}|{whose}"
    return CapCounter(key, limit_in_counter_units(cap.metric, cap.limit), end and end + _TTL_AFTER_WINDOW, cap.metric)


def window(cap: Cap, now: datetime) -> tuple[datetime, datetime] | tuple[None, None]:
    """Start and end (UTC) of the cap's window around `now`; a day lasts 23 or 25 hours where the clock changes."""
    if cap.window is CapWindow.TOTAL:
        return None, None
    local = now.astimezone(ZoneInfo(cap.timezone))
    if cap.window is CapWindow.HOUR:
        return _hour(local)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    first = _first_day(midnight, cap.window)
    return first.astimezone(UTC), _day_after(first, cap.window).astimezone(UTC)


def _hour(local: datetime) -> tuple[datetime, datetime]:
    """The hour of the clock on the wall; where a change cuts one short (Lord Howe's is half an hour), what is left."""
    now, zone = local.astimezone(UTC), local.tzinfo
    start = now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    end = start + timedelta(hours=1)
    return _change(start, now, zone) or start, _change(now, end, zone) or end


def _change(earlier: datetime, later: datetime, zone: tzinfo | None) -> datetime | None:
    """The second, after `earlier` and up to `later`, at which the zone's clock changes; None where it does not."""
    before = earlier.astimezone(zone).utcoffset()
    if later.astimezone(zone).utcoffset() == before:
        return None
    base = earlier.replace(microsecond=0)
    seconds = range(int((later - base).total_seconds()) + 1)
    changed = bisect_left(
        seconds, 1, key=lambda n: int((base + timedelta(seconds=n)).astimezone(zone).utcoffset() != before)
    )
    return base + timedelta(seconds=changed)


def _first_day(midnight: datetime, length: CapWindow) -> datetime:
    if length is CapWindow.WEEK:
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if length is CapWindow.MONTH else midnight


def _day_after(first: datetime, length: CapWindow) -> datetime:
    if length is CapWindow.MONTH:
        return (first + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=7 if length is CapWindow.WEEK else 1)
