"""Request and response models of conversions for admins."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.http.time_range import RangeQuery

Id = Annotated[str, Field(max_length=64)]


class ConversionsQuery(RangeQuery):
    """Filter of the list, by arrival time. The default range is the last 30 days; the maximum is 366 days."""

    smartlink_id: Id | None = None
    campaign_id: Id | None = None
    publisher_id: Id | None = None
    status: ConversionStatus | None = None


class ConversionDecision(RequestModel):
    """Decision on a conversion. Only an approved conversion counts."""

    status: ConversionStatus
    reason: Annotated[str, Field(max_length=1000)] | None = None


MAX_DECISIONS = 100


class ConversionDecisions(ConversionDecision):
    """One decision on many conversions."""

    ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=MAX_DECISIONS)
    ]


class DecisionResultDocument(ResponseModel):
    """The conversion after the decision. `error` says why it was not decided; `status` is null if it does not exist."""

    id: str
    status: ConversionStatus | None
    error: str | None


class DecisionResultsDocument(ResponseModel):
    """One result for each conversion, in the order of the IDs."""

    results: list[DecisionResultDocument]


class ConversionDocument(ResponseModel):
    """One conversion. `smartlink_id` is null for a direct link. A rejected conversion is not counted."""

    id: str
    click_id: str
    txid: str | None
    event: str | None
    status: ConversionStatus
    reason: str | None
    at: Timestamp
    click_at: Timestamp
    campaign_id: str
    smartlink_id: str | None
    publisher_id: str
    payout: str
    revenue: str
    currency: str
    version: int
