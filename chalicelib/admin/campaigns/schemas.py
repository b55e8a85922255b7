"""Request and response models of campaigns."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from chalicelib.admin.targeting_fields import CampaignTargeting, Destination
from chalicelib.domain.campaign import (
    DEFAULT_APPROVAL,
    Approval,
    CampaignStatus,
    CapMetric,
    CapScope,
    CapWindow,
    DuplicateIdentity,
    TrackingMethod,
)
from chalicelib.domain.goal import DEFAULT_GOAL, MAX_GOAL_NAME, GoalCounts
from chalicelib.http.fields import Currency, DateTimeInput, Money, Name, Tags, Timestamp, TimeZone
from chalicelib.http.models import RequestModel, ResponseModel

MAX_GOALS = 50
MAX_CAPS = 20


def _validate_goal_name(name: str) -> str:
    if name == DEFAULT_GOAL:
        message = f"must not be {DEFAULT_GOAL}: its amounts are those of the campaign"
        raise ValueError(message)
    return name


def _validate_percentage(text: str) -> str:
    if Decimal(text) > MAX_PERCENTAGE:
        message = f"must be {MAX_PERCENTAGE} or less"
        raise ValueError(message)
    return text


MAX_PERCENTAGE = 1000
Percentage = Annotated[Money, AfterValidator(_validate_percentage)]
GoalName = Annotated[
    str, Field(min_length=1, max_length=MAX_GOAL_NAME, examples=["sale"]), AfterValidator(_validate_goal_name)
]


def _validate_network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        message = "must be an address or network without host bits, such as 198.51.100.7 or 198.51.100.0/24"
        raise ValueError(message) from error


IpNetwork = Annotated[str, AfterValidator(_validate_network), Field(examples=["198.51.100.0/24"])]


class GoalAmounts(RequestModel):
    """What one conversion of a goal is worth: fixed amounts, and percentages of the sale's amount.

    `counts` is `every` (one conversion per transaction ID) or `once` (one per click).
    """

    payout: Money = "0"
    revenue: Money = "0"
    payout_percent: Percentage = "0"
    revenue_percent: Percentage = "0"
    counts: GoalCounts = GoalCounts.EVERY


class GoalSettings(GoalAmounts):
    """A named goal: conversions whose `event` is its name."""

    name: GoalName


class ScheduleSettings(RequestModel):
    """When the campaign runs: hours 0 to 23 and weekdays 1 (Monday) to 7, in its time zone. An empty list means any."""

    starts_at: DateTimeInput | None = None
    ends_at: DateTimeInput | None = None
    timezone: TimeZone = "UTC"
    hours: list[Annotated[int, Field(ge=0, le=23)]] = Field([], max_length=24)
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field([], max_length=7)

    @field_validator("ends_at")
    @classmethod
    def _ends_after_start(cls, ends_at: str | None, info: ValidationInfo) -> str | None:
        starts_at = info.data.get("starts_at")
        if ends_at and starts_at and ends_at <= starts_at:
            message = "must be after starts_at"
            raise ValueError(message)
        return ends_at


class CapSettings(RequestModel):
    """A maximum of `limit` of `metric` in each window, over all publishers or for each publisher."""

    metric: CapMetric
    window: CapWindow
    limit: Money
    scope: CapScope = CapScope.CAMPAIGN
    timezone: TimeZone = "UTC"

    @field_validator("limit")
    @classmethod
    def _is_positive(cls, limit: str, info: ValidationInfo) -> str:
        metric: CapMetric | None = info.data.get("metric")
        is_count = metric is not None and not metric.is_money
        if float(limit) == 0 or (is_count and not limit.isdecimal()):
            message = "must be a whole number above 0" if is_count else "must be above 0"
            raise ValueError(message)
        return limit


class DuplicateFilterSettings(RequestModel):
    """A visitor counts once in each window. `identity` is what clicks of one visitor have in common.

    `ip_ua` is address and user agent; an IPv6 address counts by its /64. `sub1` and `external_click_id` are compared
    among the clicks of one publisher; a click without them is never a duplicate.
    """

    identity: DuplicateIdentity = DuplicateIdentity.IP_UA
    window_seconds: int = Field(ge=1, le=31 * 86_400, examples=[86_400])


def check_each_goal_once(names: Sequence[str]) -> None:
    """Raise ValueError if two goals have the same name."""
    if len(set(names)) < len(names):
        message = "must not contain two goals of the same name"
        raise ValueError(message)


def check_each_cap_once(caps: Sequence[CapSettings]) -> None:
    """Raise ValueError if two caps have the same counter."""
    keys = [(cap.metric, cap.window, cap.scope, cap.timezone) for cap in caps]
    if len(set(keys)) < len(keys):
        message = "must not contain two caps of the same metric, window, scope and time zone"
        raise ValueError(message)


class CampaignSettings(GoalAmounts):
    """Settings of a campaign: the destination of an advertiser, its prices and its rules.

    The amounts at the top level are those of conversions without an event, the goal `default`. `approval` is by default
    `auto` for campaigns tracked by postback and `manual` for those tracked by pixel.
    """

    name: Name
    advertiser: Annotated[str, Field(max_length=200)] = ""
    tags: Tags = Field([])
    destination_url: Destination
    status: CampaignStatus = CampaignStatus.ACTIVE
    currency: Currency = "USD"
    tracking: TrackingMethod = TrackingMethod.POSTBACK
    approval: Approval = Approval.AUTO
    approve_after_days: Annotated[int, Field(ge=1, le=365)] | None = None
    goals: list[GoalSettings] = Field([], max_length=MAX_GOALS)
    max_payout: Money | None = None
    postback_ips: list[IpNetwork] = Field([], max_length=50)
    targeting: CampaignTargeting = CampaignTargeting()
    schedule: ScheduleSettings = ScheduleSettings()
    caps: list[CapSettings] = Field([], max_length=MAX_CAPS)
    duplicate_filter: DuplicateFilterSettings | None = None
    fail_url: Destination | None = None
    attribution_window_days: int = Field(30, ge=1, le=365)

    @model_validator(mode="before")
    @classmethod
    def _default_approval(cls, document: Any) -> Any:  # noqa: ANN401 - any JSON value
        if not isinstance(document, dict) or document.get("approval") is not None:
            return document
        tracking = document.get("tracking", TrackingMethod.POSTBACK)
        is_known = isinstance(tracking, str) and tracking in set(TrackingMethod)
        return {**document, "approval": DEFAULT_APPROVAL[TrackingMethod(tracking)] if is_known else Approval.AUTO}

    @field_validator("approve_after_days")
    @classmethod
    def _only_with_manual_approval(cls, days: int | None, info: ValidationInfo) -> int | None:
        if days is not None and info.data.get("approval") is Approval.AUTO:
            message = "must be null unless approval is manual"
            raise ValueError(message)
        return days

    @field_validator("goals")
    @classmethod
    def _each_goal_once(cls, goals: list[GoalSettings]) -> list[GoalSettings]:
        check_each_goal_once([goal.name for goal in goals])
        return goals

    @field_validator("caps")
    @classmethod
    def _each_cap_once(cls, caps: list[CapSettings]) -> list[CapSettings]:
        check_each_cap_once(caps)
        return caps


def with_default_approval(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings that a merge patch is applied to: a new tracking method comes with its default approval."""
    tracking = changes.get("tracking", settings["tracking"]) or TrackingMethod.POSTBACK
    if tracking == settings["tracking"] or "approval" in changes:
        return settings
    return {name: value for name, value in settings.items() if name not in {"approval", "approve_after_days"}}


class CapUsage(ResponseModel):
    """How much of a cap's limit is used in its current window; `resets_at` is null for the window `total`.

    A campaign's cap of scope `publisher` counts each publisher separately; `used` is null then. Their terms show it.
    """

    metric: CapMetric
    window: CapWindow
    scope: CapScope
    timezone: str
    limit: str
    used: str | None
    resets_at: Timestamp | None


class PixelUrl(ResponseModel):
    """The pixel on one host. A browser sends the cookie of a click only to the host of the click's link."""

    host: str
    url: str


class CampaignDocument(CampaignSettings, ResponseModel):
    """A campaign. Advertisers report conversions to `postback_url`, which contains `postback_token`.

    Both are null for analysts. The token before it works until `previous_token_expires_at`; null means that there is
    none. `pixel_urls` has the pixel of a campaign that is tracked by pixel, on each host that its links use.
    """

    # Campaigns of earlier releases may have a code that is none of ISO 4217.
    currency: str
    id: str
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    postback_token: str | None
    postback_url: str | None
    pixel_urls: list[PixelUrl]
    previous_token_expires_at: Timestamp | None
    cap_usage: list[CapUsage]
