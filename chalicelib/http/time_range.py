"""Time ranges in queries and bodies."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from chalicelib.http.fields import DateTimeInput, Timestamp
from chalicelib.http.models import ListQuery, RequestModel, ResponseModel
from chalicelib.http.problems import ValidationFailed

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_OR_TIME = "must be a day such as 2026-11-01, or a time such as 2026-11-01T13:15:00Z"


def _beginning(text: str) -> str:
    """The beginning of a UTC day, as a time; times stay what they are."""
    return f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text


def _end(text: str) -> str:
    """The end of a UTC day, as a time; times stay what they are."""
    if not _DATE.fullmatch(text):
        return text
    try:
        return _beginning(str(date.fromisoformat(text) + timedelta(days=1)))
    except (ValueError, OverflowError) as error:
        raise ValueError(_DAY_OR_TIME) from error


class TimeRangeQuery(RequestModel):
    """A stretch of time: `from` and `to` are UTC days, `to` included, or times, `to` left out.

    Empty means not given.
    """

    from_: Annotated[DateTimeInput, BeforeValidator(_beginning)] | None = Field(None, alias="from")
    to: Annotated[DateTimeInput, BeforeValidator(_end)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value != ""}

    def clamp(self, oldest: datetime, newest: datetime, ordinary: timedelta) -> tuple[datetime, datetime]:
        """From when until when (left out), no further than `oldest` and `newest`; `ordinary` is how far back unasked.

        Raises `Invalid` where nothing can lie between what was asked.
        """
        asked_since, asked_until = _asked(self.from_), _asked(self.to)
        until = max(oldest, min(newest, asked_until or newest))
        if asked_since and asked_since >= (asked_until or until):
            raise ValidationFailed(("/from", "must be before `to`"))
        return max(oldest, min(newest, asked_since or until - ordinary)), until


class RangeQuery(ListQuery, TimeRangeQuery):
    """What of a list by time."""


class TimeRangeModel(ResponseModel):
    """A document about a stretch of time: when it begins, and when it is over."""

    from_: Timestamp = Field(serialization_alias="from")
    to: Timestamp

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - pydantic's own options
        return super().model_dump_json(**{"by_alias": True, **options})


def _asked(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
