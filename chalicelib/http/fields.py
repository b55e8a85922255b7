"""Field types shared by several models."""

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from chalicelib.domain.currency import currency_error
from chalicelib.domain.timestamps import timestamp

_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_EMAIL = 254
"""Maximum length of an e-mail address."""


def _validate_money(text: str) -> str:
    if not _MONEY.fullmatch(text):
        message = 'must be a decimal string of 0 or more, such as "1.50"'
        raise ValueError(message)
    return text


def _validate_currency(text: str) -> str:
    if message := currency_error(text):
        raise ValueError(message)
    return text


def _validate_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"is not a known time zone: {name}"
        raise ValueError(message) from error
    return name


def _utc_timestamp(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = "must be an ISO 8601 time such as 2026-11-01T00:00:00Z"
        raise ValueError(message) from error
    if moment.tzinfo is None:
        message = "must include a UTC offset, for example 2026-11-01T00:00:00Z"
        raise ValueError(message)
    try:
        return timestamp(moment.astimezone(UTC))
    except OverflowError as error:
        message = "is outside the years 1 to 9999 in UTC"
        raise ValueError(message) from error


def _validate_email(text: str) -> str:
    trimmed = text.strip()
    if len(text) > MAX_EMAIL or not _EMAIL.fullmatch(trimmed):
        message = "must be an e-mail address such as ann@pub.example"
        raise ValueError(message)
    return trimmed


DateTimeInput = Annotated[
    str,
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-01T00:00:00Z"]),
    AfterValidator(_utc_timestamp),
]


Money = Annotated[
    str,
    AfterValidator(_validate_money),
    Field(json_schema_extra={"pattern": f"^{_MONEY.pattern}$", "examples": ["1.50"]}),
]


Email = Annotated[
    str,
    AfterValidator(_validate_email),
    Field(json_schema_extra={"pattern": f"^{_EMAIL.pattern}$", "maxLength": MAX_EMAIL}, examples=["ann@pub.example"]),
]


Currency = Annotated[
    str,
    AfterValidator(_validate_currency),
    Field(description="An ISO 4217 code", json_schema_extra={"pattern": "^[A-Z]{3}$", "examples": ["USD"]}),
]


TimeZone = Annotated[str, AfterValidator(_validate_time_zone), Field(examples=["UTC", "Europe/Berlin"])]


Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


Name = Annotated[str, Field(min_length=1, max_length=200)]


Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=50)]


SixPlaceDecimal = Annotated[
    str, Field(json_schema_extra={"pattern": r"^-?[0-9]+\.[0-9]{6}$", "examples": ["0.012500"]})
]
"""A decimal string with six decimal places."""


Bounds = Annotated[list[SixPlaceDecimal], Field(min_length=2, max_length=2)]
"""Lower and upper bound of a 95 % interval."""
