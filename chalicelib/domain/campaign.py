"""A campaign: destination, amounts, schedule, caps and duplicate filter."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, assert_never

from chalicelib.domain.goal import DEFAULT_GOAL, Goal, GoalCounts
from chalicelib.domain.targeting import Targeting


class CampaignStatus(StrEnum):
    """Status of a campaign. Only an active one takes clicks; an archived one cannot be changed."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class TrackingMethod(StrEnum):
    """How conversions of a campaign are reported: server to server with its token, or from the visitor's browser."""

    POSTBACK = "postback"
    PIXEL = "pixel"


class Approval(StrEnum):
    """Whether new conversions are approved at once, or wait for an admin, an import or the schedule."""

    AUTO = "auto"
    MANUAL = "manual"


DEFAULT_APPROVAL = {TrackingMethod.POSTBACK: Approval.AUTO, TrackingMethod.PIXEL: Approval.MANUAL}
"""The approval of a campaign that names none: anyone can call a pixel."""


class CapMetric(StrEnum):
    """The metric that a cap limits."""

    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    PAYOUT = "payout"
    REVENUE = "revenue"

    @property
    def is_money(self) -> bool:
        """Whether the metric is an amount; otherwise it is a number of events."""
        match self:
            case CapMetric.CLICKS | CapMetric.CONVERSIONS:
                return False
            case CapMetric.PAYOUT | CapMetric.REVENUE:
                return True
            case _:
                assert_never(self)

    @property
    def is_counted_by_clicks(self) -> bool:
        """Whether a click changes the counter; otherwise a conversion does."""
        match self:
            case CapMetric.CLICKS:
                return True
            case CapMetric.CONVERSIONS | CapMetric.PAYOUT | CapMetric.REVENUE:
                return False
            case _:
                assert_never(self)


class CapWindow(StrEnum):
    """The window after which a cap starts again. A week starts on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class CapScope(StrEnum):
    """Whether a cap counts all clicks of the campaign, or those of each publisher separately."""

    CAMPAIGN = "campaign"
    PUBLISHER = "publisher"


class DuplicateIdentity(StrEnum):
    """What clicks of one visitor have in common. `ip_ua` is address and user agent.

    `sub1` and `external_click_id` are compared among the clicks of one publisher. A click without them is no duplicate.
    """

    IP_UA = "ip_ua"
    IP = "ip"
    SUB1 = "sub1"
    EXTERNAL_CLICK_ID = "external_click_id"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a campaign runs: `hours` (0-23) and `weekdays` (1 is Monday) in its time zone; an empty set means any.

    `is_unrestricted` follows from the other fields.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timezone: str = "UTC"
    hours: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    is_unrestricted: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Precompute whether any rule is set."""
        rules = self.starts_at or self.ends_at or self.hours or self.weekdays
        object.__setattr__(self, "is_unrestricted", not rules)

    def is_active_at(self, now: datetime) -> bool:
        """Return whether the campaign runs at `now` (aware); it does not at the end itself."""
        if (self.starts_at and now < self.starts_at) or (self.ends_at and now >= self.ends_at):
            return False
        if not self.hours and not self.weekdays:
            return True
        hour, weekday = _hour_and_weekday(_minute(now), self.timezone)
        return (not self.hours or hour in self.hours) and (not self.weekdays or weekday in self.weekdays)


@lru_cache(maxsize=1)
def _minute(now: datetime) -> float:
    """Return whole minutes since 1970; cached because all schedules of a route are checked at one moment."""
    return now.timestamp() // 60


@lru_cache(maxsize=1024)
def _hour_and_weekday(minute: float, timezone: str) -> tuple[int, int]:
    """Return both for the whole minute: since 1972 the clocks of all zones have changed at whole minutes only."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few campaigns have a schedule

    local = datetime.fromtimestamp(minute * 60, ZoneInfo(timezone))
    return local.hour, local.isoweekday()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` of `metric` in each `window` of `timezone`, over all publishers or for each."""

    metric: CapMetric
    window: CapWindow
    limit: Decimal
    scope: CapScope = CapScope.CAMPAIGN
    timezone: str = "UTC"


def cap_from_document(stored: Mapping[str, Any]) -> Cap:
    """Return a cap from its complete document."""
    return Cap(
        metric=CapMetric(stored["metric"]),
        window=CapWindow(stored["window"]),
        limit=Decimal(stored["limit"]),
        scope=CapScope(stored["scope"]),
        timezone=stored["timezone"],
    )


@dataclass(frozen=True, slots=True)
class DuplicateFilter:
    """A visitor counts once in `window_seconds`."""

    identity: DuplicateIdentity
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of an advertiser, as the redirect reads it. Amounts are in the main unit of `currency`.

    A conversion counts up to `attribution_window_days` after its click. `payout` to `counts` are those of the goal
    `default`, `goals` the named ones. `approve_after_days` applies with manual approval. A payout above `max_payout`
    waits for an admin; without it, `conversions/status.py` says from which payout.
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
    payout_percent: Decimal = Decimal(0)
    revenue_percent: Decimal = Decimal(0)
    counts: GoalCounts = GoalCounts.EVERY
    goals: tuple[Goal, ...] = ()
    tracking: TrackingMethod = TrackingMethod.POSTBACK
    approval: Approval = Approval.AUTO
    approve_after_days: int | None = None
    max_payout: Decimal | None = None

    @property
    def default_goal(self) -> Goal:
        """The goal of conversions without an event."""
        amounts = (self.payout, self.revenue, self.payout_percent, self.revenue_percent)
        return Goal(DEFAULT_GOAL, *amounts, counts=self.counts)

    def goal_of(self, event: str | None) -> Goal | None:
        """Return the goal that an event reaches; None if the campaign has named goals and the event is none of them.

        Without named goals every event reaches the goal `default`.
        """
        if not self.goals or not event or event == DEFAULT_GOAL:
            return self.default_goal
        return next((goal for goal in self.goals if goal.name == event), None)

    def with_publisher_caps(self, caps: tuple[Cap, ...]) -> "Campaign":
        """Return the campaign with these caps in place of its own of scope `publisher`."""
        return replace(self, caps=(*(cap for cap in self.caps if cap.scope is CapScope.CAMPAIGN), *caps))
