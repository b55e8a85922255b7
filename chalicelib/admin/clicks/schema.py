"""What clicks are asked for, and the click document."""

import re
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from chalicelib.contract.schema import Document, ListQuery, Moment, Timestamp
from chalicelib.smartlink import Arm, Device, OperatingSystem, Outcome, Refusal

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


_Id = Annotated[str, Field(max_length=200)]


class ClickQuery(ListQuery):
    """Which clicks: by default all of the last seven days. `from` and `to` are UTC days, `to` included, or times.

    Empty means not given.
    """

    from_: Annotated[Moment, BeforeValidator(_beginning)] | None = Field(None, alias="from")
    to: Annotated[Moment, BeforeValidator(_end)] | None = None
    smartlink_id: _Id | None = None
    publisher_id: _Id | None = None
    campaign_id: _Id | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value != ""}


class Considered(Document):
    """One offer of the pool, and why it could not take the click."""

    campaign_id: str
    priority: int
    weight: int
    refused: Refusal | None


class DecisionDocument(Document):
    """Why the click went where it went."""

    segment: str
    arm: Arm
    route_version: int
    draw: float
    propensity: float | None
    considered: list[Considered]


class ClickDocument(Document):
    """One click, where it went and why. A simulated one has no ID."""

    click_id: str | None
    at: Timestamp
    smartlink_id: str | None
    publisher_id: str | None
    outcome: Outcome
    campaign_id: str | None
    destination_url: str | None
    country: str | None
    region: str | None
    device: Device
    os: OperatingSystem
    browser: str | None
    language: str | None
    sub_ids: dict[str, str]
    source: str | None
    is_bot: bool
    is_duplicate: bool
    is_unique: bool
    decision: DecisionDocument
