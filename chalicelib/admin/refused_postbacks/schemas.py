"""Query parameters and response model of refused postbacks."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.refusal import RefusalReason
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.http.time_range import RangeQuery


class RefusedPostbackQuery(RangeQuery):
    """Filter of the list. The default range is the last 30 days, for which it is kept."""

    campaign_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class RefusedPostbackDocument(ResponseModel):
    """A refused postback: the caller's address, and the query without its token.

    An item with the reason `omitted` says that more were refused in the hour from `at` than are listed: `omitted` is
    their number or less. It has no click, address and query.
    """

    id: str
    at: Timestamp
    campaign_id: str
    click_id: str | None
    reason: RefusalReason
    detail: str
    address: str | None
    query: str | None
    omitted: int
