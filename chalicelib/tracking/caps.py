"""Click caps as counters: which windows a click falls into, and what each still allows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from chalicelib.smartlink import Campaign, Cap, CapMetric, CapScope, CapWindow

_KEPT_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Place:
    """One place under a cap: the counter's key, its limit, and when the counter may go (None: never)."""

    key: str
    limit: Decimal
    expires_at: datetime | None


def places(campaign: Campaign, publisher_id: str, now: datetime) -> tuple[Place, ...]:
    """The places that one click of this publisher takes under the campaign's click caps."""
    return tuple(_places(campaign, publisher_id, now))


def _places(campaign: Campaign, publisher_id: str, now: datetime) -> Iterator[Place]:
    for cap in campaign.caps:
        if cap.metric is CapMetric.CLICKS:
            start, end = window(cap, now)
            whose = publisher_id if cap.scope is CapScope.PUBLISHER else "*"
            since = str(int(start.timestamp())) if start else "ever"
            key = f"{campaign.id}|{cap.metric}|{cap.window}|{cap.timezone}|{since}|{whose}"
            yield Place(key, cap.limit, end and end + _KEPT_AFTER)


def window(cap: Cap, now: datetime) -> tuple[datetime, datetime] | tuple[None, None]:
    """Start and end (UTC) of the cap's window around `now`; a day lasts 23 or 25 hours where the clock changes."""
    if cap.window is CapWindow.TOTAL:
        return None, None
    local = now.astimezone(ZoneInfo(cap.timezone))
    if cap.window is CapWindow.HOUR:
        start = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        return start, start + timedelta(hours=1)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    first = _first_day(midnight, cap.window)
    return first.astimezone(UTC), _day_after(first, cap.window).astimezone(UTC)


def _first_day(midnight: datetime, length: CapWindow) -> datetime:
    if length is CapWindow.WEEK:
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if length is CapWindow.MONTH else midnight


def _day_after(first: datetime, length: CapWindow) -> datetime:
    if length is CapWindow.MONTH:
        return (first + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=7 if length is CapWindow.WEEK else 1)
