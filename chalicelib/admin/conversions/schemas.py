"""Query parameters and request models of conversions for admins."""

from typing import Annotated, ClassVar

from pydantic import Field

from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.reporting.lists.schemas import ConversionListQuery, Ids


class ConversionsQuery(ConversionListQuery):
    """Filters of the list, by arrival time. The maximum range is 366 days.

    The default range is the last 30 days, with `click_id` all time.
    """

    FILTERS: ClassVar[tuple[str, ...]] = (*ConversionListQuery.FILTERS, "publisher_id")

    publisher_id: Ids | None = None


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
