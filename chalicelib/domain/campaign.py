"""An advertiser's deal: schedule, caps, duplicate filter."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from chalicelib.domain.targeting import Targeting


class CampaignStatus(StrEnum):
    """Only an active campaign takes clicks; an archived one is gone for good."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class CapMetric(StrEnum):
    """What a cap counts."""

    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    PAYOUT = "payout"
    REVENUE = "revenue"


class CapWindow(StrEnum):
    """How long a cap counts before it starts again; a week starts on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class CapScope(StrEnum):
    """Whether a cap counts everyone's clicks on the campaign, or each publisher's apart."""

    CAMPAIGN = "campaign"
    PUBLISHER = "publisher"


class DuplicateIdentity(StrEnum):
    """What makes two visits the same visitor."""

    IP_UA = "ip_ua"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a campaign runs. Empty `hours` (0-23) and `weekdays` (1 is Monday) mean any, in its time zone.

    `is_unrestricted` follows from the rules: there are none.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str = "UTC"
    hours: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    is_unrestricted: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Looks once, for all the clicks to come, whether there is a rule."""
        rules = self.starts_at or self.ends_at or self.hours or self.weekdays
        object.__setattr__(self, "is_unrestricted", not rules)

    def is_active_at(self, now: datetime) -> bool:
        """Whether the campaign runs at `now` (aware); the end itself is outside."""
        if (self.starts_at and now < self.starts_at) or (self.ends_at and now >= self.ends_at):
            return False
        if not self.hours and not self.weekdays:
            return True
        hour, weekday = _hour_and_weekday(_minute(now), self.timezone)
        return (not self.hours or hour in self.hours) and (not self.weekdays or weekday in self.weekdays)


@lru_cache(maxsize=1)
def _minute(now: datetime) -> float:
    """Whole minutes since 1970; remembered because all the schedules of a pool ask for one moment."""
    return now.timestamp() // 60


@lru_cache(maxsize=1024)
def _hour_and_weekday(minute: float, timezone: str) -> tuple[int, int]:
    """Those of the zone, all through the minute: since 1972 every clock on Earth has jumped at whole minutes only."""
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(timezone))
    return local.hour, local.isoweekday()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` of `metric` in each `window` of `timezone`, for all publishers or for each."""

    metric: CapMetric
    window: CapWindow
    limit: Decimal
    scope: CapScope = CapScope.CAMPAIGN
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DuplicateFilter:
    """The same visitor counts once in `window_seconds`."""

    identity: DuplicateIdentity
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """An advertiser's deal, as the redirect reads it. Money is in `currency`'s main unit.

    A conversion counts up to `attribution_window_days` after its click.
    """

    id: str
    destination_url: str
    active: bool = True
    payout: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    currency: str = "USD"
    targeting: Targeting = Targeting()
    schedule: Schedule = Schedule()
    caps: tuple[Cap, ...] = ()
    duplicate_filter: DuplicateFilter | None = None
    fail_url: str | None = None
    attribution_window_days: int = 30
