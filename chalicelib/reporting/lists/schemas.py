"""Query parameters and documents of the lists that admins and publishers both have."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Generic, Literal

from pydantic import Field

from chalicelib.domain.click import Outcome
from chalicelib.domain.conversion import ConversionStatus, Reporter
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListItem, Page, ResponseModel
from chalicelib.http.time_range import RangeQuery

MAX_VALUES = 20
"""Maximum number of values of one filter."""

Id = Annotated[str, Field(max_length=200)]
Ids = Annotated[list[Id], Field(max_length=MAX_VALUES)]
ExternalClickId = Annotated[str, Field(max_length=1000)]

Filters = Mapping[str, tuple[str, ...]]
"""The values of filters by name. Any of a filter's values matches it."""


class FilteredQuery(RangeQuery):
    """Range, filters and format of a list. A filter that is repeated matches any of its values.

    `limit` does not apply to CSV: a file has as many rows as fit, and its header `Link` names the next one.
    """

    FILTERS: ClassVar[tuple[str, ...]] = ()

    format: Literal["json", "csv"] = "json"

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """Return the values of the filters that are set, by name."""
        values = {name: getattr(self, name) for name in self.FILTERS}
        return {
            name: tuple(dict.fromkeys(map(str, value if isinstance(value, list) else [value])))
            for name, value in values.items()
            if value is not None
        }


class ClickListQuery(FilteredQuery):
    """Filters of a list of clicks. The default range is the last seven days."""

    FILTERS: ClassVar[tuple[str, ...]] = ("smartlink_id", "campaign_id", "outcome")

    smartlink_id: Ids | None = None
    campaign_id: Ids | None = None
    outcome: Annotated[list[Outcome], Field(max_length=MAX_VALUES)] | None = None


class ClickPage(Page[ListItem], Generic[ListItem]):
    """One page of a list of clicks. `next_cursor` fetches the next page; it is null on the last page.

    All clicks since `clicks_kept_from` are stored. Earlier ones are listed only if their campaign has a longer
    attribution window.
    """

    clicks_kept_from: Timestamp


class ConversionListQuery(FilteredQuery):
    """Filters of a list of conversions, by arrival time. The maximum range is 366 days.

    The default range is the last 30 days, with `click_id` all time.
    """

    FILTERS: ClassVar[tuple[str, ...]] = (
        "smartlink_id",
        "campaign_id",
        "status",
        "goal",
        "reported_by",
        "click_id",
    )

    smartlink_id: Ids | None = None
    campaign_id: Ids | None = None
    status: Annotated[list[ConversionStatus], Field(max_length=MAX_VALUES)] | None = None
    goal: Ids | None = None
    reported_by: Annotated[list[Reporter], Field(max_length=MAX_VALUES)] | None = None
    click_id: Ids | None = None


class OwnConversionDocument(ResponseModel):
    """One conversion, as its publisher sees it.

    `goal` and `status` are null for an event that is no goal of the campaign: it pays nothing. `smartlink_id` is null
    for a direct link. `amount` is the sale's, if it was reported. `version` increases with every change.
    """

    id: str
    click_id: str
    txid: str | None
    event: str | None
    goal: str | None
    status: ConversionStatus | None
    reason: str | None
    reported_by: Reporter
    amount: str | None
    payout: str
    currency: str
    at: Timestamp
    click_at: Timestamp
    decided_at: Timestamp | None
    campaign_id: str
    campaign_name: str | None
    smartlink_id: str | None
    smartlink_name: str | None
    publisher_id: str
    publisher_name: str | None
    version: int


class ConversionDocument(OwnConversionDocument):
    """One conversion. `decided_by` says who decided on it, null if nobody did."""

    revenue: str
    decided_by: str | None
