"""Query and row of the list of smartlinks, and of the list of a smartlink's publishers."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from chalicelib.domain.publisher import MemberStatus
from chalicelib.domain.smartlink import OptimizationGoal, Rotation, SmartlinkStatus, Visibility
from chalicelib.http.fields import Timestamp, TimeZone
from chalicelib.http.models import LinkDocument, ResponseModel
from chalicelib.lists.query_schemas import AnyOf, SearchQuery, YesOrNo


class FiguresPeriod(StrEnum):
    """The days of the figures: today, or the last 7 or 30 days with today, in the time zone of the query."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def days(self) -> int:
        """Return the number of days."""
        return {"today": 1, "7d": 7, "30d": 30}[self]


class SmartlinkSort(StrEnum):
    """Order of the list of smartlinks. A minus sign means descending. Clicks and what follows need `figures`."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED = "created_at"
    NEWEST = "-created_at"
    UPDATED = "updated_at"
    LAST_UPDATED = "-updated_at"
    CLICKS = "clicks"
    MOST_CLICKS = "-clicks"
    PAYOUT = "payout"
    HIGHEST_PAYOUT = "-payout"
    EPC = "epc"
    HIGHEST_EPC = "-epc"
    FALLBACK_SHARE = "fallback_share"
    HIGHEST_FALLBACK_SHARE = "-fallback_share"

    @property
    def field(self) -> str:
        """Return the field by which the list is sorted."""
        return self.removeprefix("-")

    @property
    def is_by_figure(self) -> bool:
        """Return whether the list is sorted by a figure."""
        return self.field in {"clicks", "payout", "epc", "fallback_share"}


class SmartlinkQuery(SearchQuery):
    """Search among the smartlinks. A repeated filter means any of its values.

    `campaign_id` finds the smartlinks with the campaign as an offer or as the catch-all. `figures` adds the figures of
    a period; its days begin at midnight in `timezone`.
    """

    status: AnyOf[SmartlinkStatus] | None = None
    visibility: AnyOf[Visibility] | None = None
    rotation: AnyOf[Rotation] | None = None
    tag: AnyOf[str] | None = None
    campaign_id: AnyOf[str] | None = None
    has_warnings: YesOrNo | None = None
    figures: FiguresPeriod | None = None
    timezone: TimeZone = "UTC"
    sort: SmartlinkSort = SmartlinkSort.NEWEST

    @field_validator("sort")
    @classmethod
    def _needs_figures(cls, sort: SmartlinkSort, info: ValidationInfo) -> SmartlinkSort:
        if sort.is_by_figure and info.data.get("figures", ...) is None:
            message = f"must be by name or time, unless figures is set: {sort} sorts by a figure"
            raise ValueError(message)
        return sort


Amount = Annotated[str, Field(examples=["12.50"])]
"""A decimal string in `currency`."""


class SmartlinkSummary(ResponseModel):
    """A smartlink in a list. The fields from `clicks` on are null unless the query has `figures`.

    `clicks` leaves bots out. `conversions`, `payout` and `revenue` are those of approved conversions of clicks in the
    period, `epc` is payout ÷ clicks, `fallback_share` the share of clicks that reached no paying offer; ratios are null
    without clicks. `series` has the clicks of each of the last 7 days, the oldest first.

    Amounts are in `currency`: that of the campaigns, or the base of the exchange rates if several currencies were
    counted on all smartlinks. Amounts, `epc` and `currency` are null if the smartlink has several and no rate for one.
    """

    id: str
    name: str
    description: str
    tags: list[str]
    visibility: Visibility
    status: SmartlinkStatus
    rotation: Rotation
    goal: OptimizationGoal
    offer_count: int
    live_count: int
    pending_count: int
    warning_count: int
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    clicks: int | None = None
    conversions: int | None = None
    payout: Amount | None = None
    revenue: Amount | None = None
    epc: Amount | None = None
    fallback_share: Annotated[str, Field(examples=["0.018"])] | None = None
    currency: str | None = None
    series: list[int] | None = None


class MemberQuery(SearchQuery):
    """Search among the publishers of a smartlink, in the order of their IDs. A repeated status means any of them."""

    status: AnyOf[MemberStatus] | None = None


class MemberDocument(ResponseModel):
    """A publisher who applied to the smartlink or was added to it. `link` is null unless their link is active.

    Publishers who withdrew their application are left out.
    `applied_at` and `decided_at` are those of the latest application, null without one.
    """

    publisher_id: str
    publisher_name: str
    status: MemberStatus
    applied_at: Timestamp | None
    decided_at: Timestamp | None
    link: LinkDocument | None
