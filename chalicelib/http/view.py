"""A view's signature says what it takes and gives: read once, for checking and for the documentation alike."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from chalicelib.http.models import Patch, RequestModel, ResponseModel

Given = TypeVar("Given", bound=ResponseModel)


@dataclass(frozen=True, slots=True)
class ResultWithStatus(Generic[Given]):
    """A document with another status than the call's ordinary one."""

    document: Given
    status: int


@dataclass(frozen=True, slots=True)
class TextResponse:
    """An answer that is no document: a page or a file of the given media type."""

    text: str
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ViewSignature:
    """A view, the models of its body and query, and the document it answers with (None: a text)."""

    function: Callable[..., Any]
    body: type[RequestModel] | None
    patch: type[RequestModel] | None
    query: type[RequestModel] | None
    answer: type[ResponseModel] | None
    summary: str


def inspect_view(function: Callable[..., Any]) -> ViewSignature:
    """The view of a function: `body`, `query` and the return are annotated with their models."""
    hints = get_type_hints(function)
    body = hints.get("body")
    is_patch = get_origin(body) is Patch
    return ViewSignature(
        function=function,
        body=None if is_patch else body,
        patch=get_args(body)[0] if is_patch else None,
        query=hints.get("query"),
        answer=_document(hints["return"]),
        summary=(inspect.getdoc(function) or "").partition("\n")[0],
    )


def _document(returned: Any) -> type[ResponseModel] | None:  # noqa: ANN401 - any annotation
    first = get_args(returned)[0] if get_origin(returned) in (Union, UnionType) else returned
    return None if first is TextResponse else first
