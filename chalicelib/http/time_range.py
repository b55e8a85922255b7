"""Time ranges in queries and bodies."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from chalicelib.http.error_details import Error
from chalicelib.http.fields import DateTimeInput, Timestamp
from chalicelib.http.models import ListQuery, QueryModel, ResponseModel
from chalicelib.http.problems import ValidationFailed

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_OR_TIME = "must be a day such as 2026-11-01, or a time such as 2026-11-01T13:15:00Z"


def _is_day(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def _start_of_day(text: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the start of a UTC day as a time. Everything else is returned unchanged."""
    return f"{text}T00:00:00Z" if _is_day(text) else text


def _end_of_day(text: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the end of a UTC day as a time. Everything else is returned unchanged."""
    if not _is_day(text):
        return text
    try:
        return _start_of_day(str(date.fromisoformat(text) + timedelta(days=1)))
    except (ValueError, OverflowError) as error:
        raise ValueError(_DAY_OR_TIME) from error


class TimeRangeQuery(QueryModel):
    """A time range: UTC days (`to` is inclusive) or times (`to` is exclusive). An empty value means not set."""

    from_: Annotated[DateTimeInput, BeforeValidator(_start_of_day)] | None = Field(None, alias="from")
    to: Annotated[DateTimeInput, BeforeValidator(_end_of_day)] | None = None

    @classmethod
    def further_errors(cls, document: Mapping[str, Any]) -> Iterable[Error]:
        start, end = _moment(_start_of_day, document.get("from")), _moment(_end_of_day, document.get("to"))
        return [("/from", "must be before `to`")] if start and end and start >= end else []

    def clamp(self, oldest: datetime, newest: datetime, default: timedelta) -> tuple[datetime, datetime]:
        """Return start and end (exclusive) of the range, both between `oldest` and `newest`.

        Without `from` the range has the length `default`. Raise `ValidationFailed` if the range is empty.
        """
        start, end = _parse(self.from_), _parse(self.to)
        until = max(oldest, min(newest, end or newest))
        if start and start >= (end or until):
            raise ValidationFailed(("/from", "must be before `to`"))
        return max(oldest, min(newest, start or until - default)), until


class RangeQuery(ListQuery, TimeRangeQuery):
    """Time range, page size and cursor of a list."""


class TimeRangeModel(ResponseModel):
    """A document about a time range. `to` is exclusive."""

    from_: Timestamp = Field(serialization_alias="from")
    to: Timestamp

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - pydantic's own options
        return super().model_dump_json(**{"by_alias": True, **options})


def _moment(read: Callable[[Any], Any], sent: Any) -> datetime | None:  # noqa: ANN401 - any JSON value
    """Return the time of a sent value, None if it is not a time with a UTC offset."""
    try:
        moment = datetime.fromisoformat(read(sent))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _parse(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
