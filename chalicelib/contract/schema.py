"""What all documents of the contract share: strict models, money, times, pages, patches and complaints."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from chalicelib.domain.timestamps import timestamp
from chalicelib.errors import Invalid


class Strict(BaseModel):
    """A document that callers send: nothing unknown, nothing of another type, nothing silently changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(BaseModel):
    """A document that callers get. `SHOWN_ONCE` names the fields that a repeated answer leaves out."""

    model_config = ConfigDict(frozen=True)

    SHOWN_ONCE: ClassVar[frozenset[str]] = frozenset()


class LinkDocument(Document):
    """A publisher's link."""

    code: str
    url: str


class NoContent(Document):
    """An answer without a body."""


Settings = TypeVar("Settings", bound=Strict)
Item = TypeVar("Item", bound=BaseModel)


class Page(Document, Generic[Item]):
    """One page of a list; `next_cursor` fetches the next and is null on the last."""

    items: list[Item]
    next_cursor: str | None


class ListQuery(Strict):
    """How much of a list, and from where."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000)


class Patch(Generic[Settings]):
    """The body of a PATCH: merged over what is there (RFC 7396), the whole then validated as usual."""

    def __init__(self, model: type[Settings], changes: Mapping[str, Any]) -> None:
        self.model = model
        self.changes = changes

    def onto(self, document: Mapping[str, Any]) -> Settings:
        """The changed document, or `Invalid` with every complaint."""
        return validated(self.model, _merged(document, self.changes))


def _merged(target: Any, changes: Any) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(changes, Mapping):
        return changes
    kept = dict(target) if isinstance(target, Mapping) else {}
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = _merged(kept.get(name), value)
    return kept


def validated(model: type[Settings], document: Mapping[str, Any]) -> Settings:
    """The document as its model, or `Invalid` naming every complaint with its JSON pointer."""
    halves = [(pointer, "must be valid Unicode") for pointer in _half_pairs(document)]
    text = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    try:
        found = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise Invalid(*halves, *complaints(error)) from error
    if halves:
        raise Invalid(*halves)
    return found


def _half_pairs(document: Any, pointer: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Where half a surrogate pair stands: JSON can write it, but no table or URL can hold it."""
    if isinstance(document, str) and any("\ud800" <= letter <= "\udfff" for letter in document):
        yield pointer
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield from _half_pairs(value, f"{pointer}/{_escaped(name)}")
    elif isinstance(document, list):
        for n, value in enumerate(document):
            yield from _half_pairs(value, f"{pointer}/{n}")


def complaints(error: ValidationError) -> list[tuple[str, str]]:
    """Each complaint as JSON pointer (RFC 6901) and detail."""
    return [
        ("".join(f"/{_escaped(str(step))}" for step in each["loc"]), _detail(each))
        for each in error.errors(include_url=False)
    ]


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


_DETAILS = {
    "missing": "is required",
    "extra_forbidden": "is not a known field",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "enum": "must be {expected}",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length} entries",
}


def _detail(error: Any) -> str:  # noqa: ANN401 - pydantic's own shape
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    template = _DETAILS.get(error["type"])
    message = template.format(**error.get("ctx", {})) if template else error["msg"]
    return str(message)


_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def _money(text: str) -> str:
    if not _MONEY.fullmatch(text):
        message = 'must be a decimal string of 0 or more, such as "1.50"'
        raise ValueError(message)
    return text


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"is not a known time zone: {name}"
        raise ValueError(message) from error
    return name


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = "must be an ISO 8601 time such as 2026-11-01T00:00:00Z"
        raise ValueError(message) from error
    if moment.tzinfo is None:
        message = "must say its offset from UTC, such as 2026-11-01T00:00:00Z"
        raise ValueError(message)
    try:
        return timestamp(moment.astimezone(UTC))
    except OverflowError as error:
        message = "is outside the years 1 to 9999 in UTC"
        raise ValueError(message) from error


Moment = Annotated[
    str,
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-01T00:00:00Z"]),
    AfterValidator(_moment),
]
Money = Annotated[
    str,
    AfterValidator(_money),
    Field(json_schema_extra={"pattern": f"^{_MONEY.pattern}$", "examples": ["1.50"]}),
]
TimeZone = Annotated[str, AfterValidator(_timezone), Field(examples=["UTC", "Europe/Berlin"])]
Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Name = Annotated[str, Field(min_length=1, max_length=200)]

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


class Span(Strict):
    """A stretch of time: `from` and `to` are UTC days, `to` included, or times, `to` left out.

    Empty means not given.
    """

    from_: Annotated[Moment, BeforeValidator(_beginning)] | None = Field(None, alias="from")
    to: Annotated[Moment, BeforeValidator(_end)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value != ""}

    def within(self, oldest: datetime, newest: datetime, ordinary: timedelta) -> tuple[datetime, datetime]:
        """From when until when (left out), no further than `oldest` and `newest`; `ordinary` is how far back unasked.

        Raises `Invalid` where nothing can lie between what was asked.
        """
        asked_since, asked_until = _asked(self.from_), _asked(self.to)
        until = max(oldest, min(newest, asked_until or newest))
        if asked_since and asked_since >= (asked_until or until):
            raise Invalid(("/from", "must be before `to`"))
        return max(oldest, min(newest, asked_since or until - ordinary)), until


class RangeQuery(ListQuery, Span):
    """What of a list by time."""


class Spanning(Document):
    """A document about a stretch of time: when it begins, and when it is over."""

    from_: Timestamp = Field(serialization_alias="from")
    to: Timestamp

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - pydantic's own options
        return super().model_dump_json(**{"by_alias": True, **options})


def _asked(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
