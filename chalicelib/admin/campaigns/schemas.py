"""Request and response models of campaigns."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from chalicelib.admin.targeting_fields import CampaignTargeting, Destination
from chalicelib.domain.campaign import CampaignStatus, CapMetric, CapScope, CapWindow, DuplicateIdentity
from chalicelib.http.fields import DateTimeInput, Money, Name, Timestamp, TimeZone
from chalicelib.http.models import RequestModel, ResponseModel


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
    """A visitor counts once in each window. Identity `ip_ua` is address and user agent."""

    identity: DuplicateIdentity = DuplicateIdentity.IP_UA
    window_seconds: int = Field(ge=1, le=31 * 86_400, examples=[86_400])


class CampaignSettings(RequestModel):
    """Settings of a campaign: the destination of an advertiser, its prices and its rules."""

    name: Name
    advertiser: Annotated[str, Field(max_length=200)] = ""
    destination_url: Destination
    status: CampaignStatus = CampaignStatus.ACTIVE
    payout: Money = "0"
    revenue: Money = "0"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    targeting: CampaignTargeting = CampaignTargeting()
    schedule: ScheduleSettings = ScheduleSettings()
    caps: list[CapSettings] = Field([], max_length=20)
    duplicate_filter: DuplicateFilterSettings | None = None
    fail_url: Destination | None = None
    attribution_window_days: int = Field(30, ge=1, le=365)

    @field_validator("caps")
    @classmethod
    def _each_cap_once(cls, caps: list[CapSettings]) -> list[CapSettings]:
        keys = [(cap.metric, cap.window, cap.scope, cap.timezone) for cap in caps]
        if len(set(keys)) < len(keys):
            message = "must not contain two caps of the same metric, window, scope and time zone"
            raise ValueError(message)
        return caps


class CampaignDocument(CampaignSettings, ResponseModel):
    """A campaign. Advertisers report conversions to `postback_url`, which contains `postback_token`."""

    id: str
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    postback_token: str
    postback_url: str
