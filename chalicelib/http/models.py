"""What all documents of the contract share: strict models, money, times, pages, patches and complaints."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from chalicelib.http.problems import ValidationFailed


class RequestModel(BaseModel):
    """A document that callers send: nothing unknown, nothing of another type, nothing silently changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseModel(BaseModel):
    """A document that callers get. `ONE_TIME_FIELDS` names the fields that a repeated answer leaves out."""

    model_config = ConfigDict(frozen=True)

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset()


class LinkDocument(ResponseModel):
    """A publisher's link."""

    code: str
    url: str


class NoContent(ResponseModel):
    """An answer without a body."""


Settings = TypeVar("Settings", bound=RequestModel)
ListItem = TypeVar("ListItem", bound=BaseModel)


class Page(ResponseModel, Generic[ListItem]):
    """One page of a list; `next_cursor` fetches the next and is null on the last."""

    items: list[ListItem]
    next_cursor: str | None


class ListQuery(RequestModel):
    """How much of a list, and from where."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000)


class Patch(Generic[Settings]):
    """The body of a PATCH: merged over what is there (RFC 7396), the whole then validated as usual."""

    def __init__(self, model: type[Settings], changes: Mapping[str, Any]) -> None:
        self.model = model
        self.changes = changes

    def apply_to(self, document: Mapping[str, Any]) -> Settings:
        """The changed document, or `Invalid` with every complaint."""
        return validate(self.model, _merged(document, self.changes))


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


def validate(model: type[Settings], document: Mapping[str, Any]) -> Settings:
    """The document as its model, or `Invalid` naming every complaint with its JSON pointer."""
    halves = [(pointer, "must be valid Unicode") for pointer in _lone_surrogates(document)]
    text = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    try:
        found = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise ValidationFailed(*halves, *validation_errors(error)) from error
    if halves:
        raise ValidationFailed(*halves)
    return found


def _lone_surrogates(document: Any, pointer: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Where half a surrogate pair stands: JSON can write it, but no table or URL can hold it."""
    if isinstance(document, str) and any("\ud800" <= letter <= "\udfff" for letter in document):
        yield pointer
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield from _lone_surrogates(value, f"{pointer}/{_escaped(name)}")
    elif isinstance(document, list):
        for n, value in enumerate(document):
            yield from _lone_surrogates(value, f"{pointer}/{n}")


def validation_errors(error: ValidationError) -> list[tuple[str, str]]:
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
