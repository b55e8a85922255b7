"""The conversion's documents, as the admin sees them."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.http.time_range import RangeQuery

Id = Annotated[str, Field(max_length=64)]


class ConversionsQuery(RangeQuery):
    """Which conversions, by when they arrived: the last 30 days unless said otherwise, at most 366."""

    smartlink_id: Id | None = None
    campaign_id: Id | None = None
    publisher_id: Id | None = None
    status: ConversionStatus | None = None


class ConversionDecision(RequestModel):
    """Whether the conversion counts, and why."""

    status: ConversionStatus
    reason: Annotated[str, Field(max_length=1000)] | None = None


class ConversionDocument(ResponseModel):
    """One conversion. `smartlink_id` is null for a direct link; a rejected one counts nowhere."""

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
