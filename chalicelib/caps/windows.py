"""Windows of caps, and the counters of a click or a conversion in them."""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import assert_never

from chalicelib.domain.campaign import Campaign, Cap, CapMetric, CapScope, CapWindow
from chalicelib.domain.money import millionths

_TTL_AFTER_WINDOW = timedelta(days=2)
_CLICK_METRICS = frozenset(metric for metric in CapMetric if metric.is_counted_by_clicks)
_CONVERSION_METRICS = frozenset(CapMetric) - _CLICK_METRICS
_MONEY_METRICS = frozenset(metric for metric in CapMetric if metric.is_money)


@dataclass(frozen=True, slots=True)
class CapCounter:
    """The counter of one cap in one window: its key, its limit, and its TTL (None: it never expires).

    The counter and its limit are in units of `metric`: clicks and conversions one by one, money in millionths.
    """

    key: str
    limit: int
    expires_at: datetime | None
    metric: CapMetric = CapMetric.CLICKS


def click_counters(campaign: Campaign, publisher_id: str, now: datetime) -> tuple[CapCounter, ...]:
    """Return the counters of the campaign's click caps for a click of this publisher."""
    return tuple(cap_counter(cap, campaign.id, publisher_id, now) for cap in _caps(campaign, _CLICK_METRICS))


def conversion_counters(campaign: Campaign, publisher_id: str, now: datetime) -> tuple[CapCounter, ...]:
    """Return the counters of the campaign's caps on conversions, payout and revenue for a conversion."""
    return tuple(cap_counter(cap, campaign.id, publisher_id, now) for cap in _caps(campaign, _CONVERSION_METRICS))


def limit_in_counter_units(metric: CapMetric, limit: Decimal) -> int:
    """Return the limit in the units of the metric's counters: money in millionths."""
    return millionths(limit) if metric in _MONEY_METRICS else int(limit)


def _caps(campaign: Campaign, metrics: Collection[CapMetric]) -> Iterator[Cap]:
    return (cap for cap in campaign.caps if cap.metric in metrics)


def cap_counter(cap: Cap, campaign_id: str, publisher_id: str, now: datetime) -> CapCounter:
    """Return the counter of a campaign's cap for a click or conversion of this publisher."""
    # Every window begins and ends with a minute, and time zones are slow.
    return _counter_of_minute(cap, campaign_id, publisher_id, now.replace(second=0, microsecond=0))


@lru_cache(maxsize=1024)
def _counter_of_minute(cap: Cap, campaign_id: str, publisher_id: str, now: datetime) -> CapCounter:
    start, end = window(cap, now)
    owner = _owner(cap.scope, publisher_id)
    since = str(int(start.timestamp())) if start else "ever"
    key = f"{campaign_id}|{cap.metric}|{cap.window}|{cap.timezone}|{since}|{owner}"
    return CapCounter(key, limit_in_counter_units(cap.metric, cap.limit), end and end + _TTL_AFTER_WINDOW, cap.metric)


def _owner(scope: CapScope, publisher_id: str) -> str:
    match scope:
        case CapScope.CAMPAIGN:
            return "*"
        case CapScope.PUBLISHER:
            return publisher_id
        case _:
            assert_never(scope)


def window(cap: Cap, now: datetime) -> tuple[datetime, datetime] | tuple[None, None]:
    """Return start and end (UTC) of the cap's window around `now`. A day has 23 or 25 hours if the clock changes."""
    if cap.window is CapWindow.TOTAL:
        return None, None
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - many clicks are under no cap

    local = now.astimezone(ZoneInfo(cap.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    match cap.window:
        case CapWindow.HOUR:
            return _hour(local)
        case CapWindow.DAY:
            return _in_utc(midnight, midnight + timedelta(days=1))
        case CapWindow.WEEK:
            monday = midnight - timedelta(days=midnight.weekday())
            return _in_utc(monday, monday + timedelta(days=7))
        case CapWindow.MONTH:
            first = midnight.replace(day=1)
            return _in_utc(first, (first + timedelta(days=32)).replace(day=1))
        case _:
            assert_never(cap.window)


def _in_utc(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    return start.astimezone(UTC), end.astimezone(UTC)


def _hour(local: datetime) -> tuple[datetime, datetime]:
    """Return the hour of the local clock; a clock change may shorten it (on Lord Howe Island to half an hour)."""
    now, zone = local.astimezone(UTC), local.tzinfo
    start = now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    end = start + timedelta(hours=1)
    return _clock_change(start, now, zone) or start, _clock_change(now, end, zone) or end


def _clock_change(earlier: datetime, later: datetime, zone: tzinfo | None) -> datetime | None:
    """Return the second after `earlier`, up to `later`, at which the zone's UTC offset changes; None if it does not."""
    offset = earlier.astimezone(zone).utcoffset()
    if later.astimezone(zone).utcoffset() == offset:
        return None
    base = earlier.replace(microsecond=0)
    seconds = range(int((later - base).total_seconds()) + 1)
    changed = bisect_left(
        seconds, 1, key=lambda n: int((base + timedelta(seconds=n)).astimezone(zone).utcoffset() != offset)
    )
    return base + timedelta(seconds=changed)
