"""Base models of requests and responses, pages, merge patches and validation."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from chalicelib.http.error_details import Error, escape_step, in_document_order, validation_errors
from chalicelib.http.merge_patch import merged, unknown_nulls
from chalicelib.http.problems import ValidationFailed


class RequestModel(BaseModel):
    """A request document. Unknown fields and values of another type are rejected.

    `READERS` are the further content types of the body, each with the function that reads a document from its text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    READERS: ClassVar[Mapping[str, Callable[[str], dict[str, Any]]]] = {}

    @classmethod
    def further_errors(cls, document: Mapping[str, Any]) -> Iterable[Error]:  # noqa: ARG003 - for subclasses
        """Return the errors of several fields together. The document may be malformed anywhere."""
        return ()


class QueryModel(RequestModel):
    """Query parameters. An empty value means not set. A field that is a list has the values of a repeated parameter."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        present = {name: _present(value) for name, value in values.items()}
        return {name: value for name, value in present.items() if value not in ("", [])}


def _present(value: Any) -> Any:  # noqa: ANN401 - any value
    return [each for each in value if each != ""] if isinstance(value, list) else value


class LenientQuery(RequestModel):
    """Query of callers that send the same to everyone: what is not understood is ignored.

    Unknown parameters are ignored, absent values count as not sent, and so does a body that cannot be read if the query
    is complete without it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def is_absent(cls, value: str) -> bool:
        """Return whether a parameter of this value counts as not sent."""
        return not value

    @classmethod
    def is_complete(cls, parameters: Mapping[str, str]) -> bool:  # noqa: ARG003 - for subclasses
        """Return whether the parameters suffice without a body."""
        return True

    @classmethod
    def present(cls, parameters: Mapping[str, str]) -> dict[str, str]:
        """Return the parameters that have a value."""
        return {name: value for name, value in parameters.items() if not cls.is_absent(value)}

    @model_validator(mode="before")
    @classmethod
    def _drop_absent(cls, parameters: dict[str, Any]) -> dict[str, Any]:
        return cls.present(parameters)


class ResponseModel(BaseModel):
    """A response document. `ONE_TIME_FIELDS` are null in the response to a repeated request."""

    model_config = ConfigDict(frozen=True)

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset()


class LinkDocument(ResponseModel):
    """A publisher's link."""

    code: str
    url: str


class NoContent(ResponseModel):
    """A response without a body."""


AnySettings = TypeVar("AnySettings", bound=RequestModel)
ListItem = TypeVar("ListItem", bound=BaseModel)


class Page(ResponseModel, Generic[ListItem]):
    """One page of a list. `next_cursor` fetches the next page; it is null on the last page."""

    items: list[ListItem]
    next_cursor: str | None


class ListQuery(RequestModel):
    """Page size and cursor of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000)


FurtherErrors = Callable[[Any], Iterable[Error]]
"""Return the errors of a sent document that its model cannot find, such as references to missing resources.

The document may be malformed anywhere: `texts_at` reads it.
"""


def _no_errors(_: Any) -> tuple[Error, ...]:  # noqa: ANN401 - any JSON value
    return ()


def validate(
    model: type[AnySettings],
    document: Mapping[str, Any],
    stored: Mapping[str, Any] = MappingProxyType({}),
    also: FurtherErrors = _no_errors,
) -> AnySettings:
    """Return the document as a model; raise `ValidationFailed` with the JSON pointer of every error.

    `stored` is the document before a change. Errors of the model and those of `also` are raised together, in the order
    of the document.
    """
    errors = [(pointer, "must be valid Unicode") for pointer in _lone_surrogates(document)]
    text = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    validated = None
    try:
        validated = model.model_validate_json(text, strict=True, context=frozenset(_texts(stored, "")))
    except ValidationError as error:
        errors += validation_errors(error)
    errors += [*model.further_errors(document), *also(document)]
    if errors or validated is None:
        raise ValidationFailed(*in_document_order(errors, document))
    return validated


class Body(Generic[AnySettings]):
    """The body of a request that its view validates, together with its references."""

    def __init__(self, model: type[AnySettings], document: Mapping[str, Any]) -> None:
        self.model = model
        self.document = document

    def validated(
        self, also: FurtherErrors = _no_errors, stored: Mapping[str, Any] = MappingProxyType({})
    ) -> AnySettings:
        """Return the body as its model; raise `ValidationFailed` with its errors and those of `also`."""
        return validate(self.model, self.document, stored, also)


class Patch(Generic[AnySettings]):
    """The body of a PATCH: a JSON merge patch (RFC 7396) of a document of `model`."""

    def __init__(self, model: type[AnySettings], changes: Mapping[str, Any]) -> None:
        self.model = model
        self.changes = changes

    def apply_to(self, document: Mapping[str, Any], also: FurtherErrors = _no_errors) -> AnySettings:
        """Return the patched document; raise `ValidationFailed` if it is not valid, with the errors of `also`.

        Values of the document that an earlier release accepted stay valid (see `is_new`). A null deletes a field, so
        an unknown field is an error with null, too.
        """
        unknown = list(unknown_nulls(self.model, self.changes))
        patched = merged(document, self.changes)
        return validate(self.model, patched, stored=document, also=lambda sent: [*unknown, *also(sent)])


def is_new(value: str, info: ValidationInfo) -> bool:
    """Return whether a text is in a request, and its field did not have it in the document before.

    The checks of an earlier release may have accepted other values: responses and edits keep what is stored.
    """
    return info.context is not None and (info.field_name, value) not in info.context


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON value
    """Yield the field and the text of every text of a document; names in a field are its texts, too."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield field, name
            yield from _texts(each, name)
            # In a field of names and texts, such as `os_versions`, both belong to the field.
            if isinstance(each, str):
                yield field, each
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, field)


def is_unicode(text: str) -> bool:
    """Return whether a text is valid Unicode: JSON may have lone surrogates, but tables and URLs may not."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _lone_surrogates(document: Any, pointer: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the pointer of every string that is not valid Unicode."""
    if isinstance(document, str) and not is_unicode(document):
        yield pointer
    elif isinstance(document, Mapping):
        for name, value in document.items():
            yield from _lone_surrogates(value, f"{pointer}/{escape_step(name)}")
    elif isinstance(document, list):
        for n, value in enumerate(document):
            yield from _lone_surrogates(value, f"{pointer}/{n}")
