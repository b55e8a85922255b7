"""The conversion's documents, as the admin sees them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.contract.schema import Document, ListQuery, Strict, Timestamp
from chalicelib.smartlink import ConversionStatus

MAX_DAYS = 366
_DEFAULT_DAYS = 30
_FIRST_YEAR = 1971
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = "must be a date such as 2026-11-01 or a time with its offset such as 2026-11-01T00:00:00Z"


def _bound(text: str) -> str:
    try:
        known = _moment(text, time.min).year >= _FIRST_YEAR
    except (ValueError, OverflowError):
        known = False
    if not known:
        raise ValueError(_MOMENT)
    return text


def _moment(text: str, of_day: time) -> datetime:
    """The time that the text says, a day's `of_day`, in UTC."""
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), of_day, UTC)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(_MOMENT)
    return moment.astimezone(UTC)


Bound = Annotated[str, AfterValidator(_bound), Field(examples=["2026-11-01", "2026-11-01T00:00:00Z"])]
Id = Annotated[str, Field(max_length=64)]


class ConversionsQuery(ListQuery):
    """Which conversions, by when they arrived: the last 30 days unless said otherwise, at most 366. A day is UTC's."""

    smartlink_id: Id | None = None
    campaign_id: Id | None = None
    publisher_id: Id | None = None
    status: ConversionStatus | None = None
    from_: Bound | None = Field(None, alias="from")
    to: Bound | None = None

    def until(self, now: datetime) -> datetime:
        """The last moment that is wanted (UTC)."""
        return _moment(self.to, time.max) if self.to else now

    def since(self, now: datetime) -> datetime:
        """The first moment that is wanted (UTC)."""
        return _moment(self.from_, time.min) if self.from_ else self.until(now) - timedelta(days=_DEFAULT_DAYS)


class ConversionDecision(Strict):
    """Whether the conversion counts, and why."""

    status: ConversionStatus
    reason: Annotated[str, Field(max_length=1000)] | None = None


class ConversionDocument(Document):
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
