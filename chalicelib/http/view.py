"""Signatures of views, read from their annotations for validation and for the OpenAPI document."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from chalicelib.http.models import Body, Patch, RequestModel, ResponseModel

AnyResponse = TypeVar("AnyResponse", bound=ResponseModel)
AnyView = TypeVar("AnyView", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ResultWithStatus(Generic[AnyResponse]):
    """A document with a status other than the endpoint's default."""

    document: AnyResponse
    status: int


@dataclass(frozen=True, slots=True)
class TextResponse:
    """A page or file of the content type `media`."""

    text: str
    media: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ViewSignature:
    """A view with the models of its body, query and response (None for a `TextResponse`).

    HEAD does not call a view that `changes_data_by_get`. A view that `validates_body` gets an unvalidated `Body`.
    """

    function: Callable[..., Any]
    body: type[RequestModel] | None
    patch: type[RequestModel] | None
    query: type[RequestModel] | None
    response: type[ResponseModel] | None
    summary: str
    changes_data_by_get: bool = False
    validates_body: bool = False


def changes_data_by_get(view: AnyView) -> AnyView:
    """Mark a view whose GET has an effect: HEAD is answered without calling it."""
    view.__dict__["changes_data_by_get"] = True
    return view


def inspect_view(function: Callable[..., Any]) -> ViewSignature:
    """Return the signature of a view. `body`, `query` and the result are annotated with their models."""
    hints = get_type_hints(function)
    body = hints.get("body")
    is_patch, is_body = get_origin(body) is Patch, get_origin(body) is Body
    model = get_args(body)[0] if is_patch or is_body else body
    return ViewSignature(
        function=function,
        body=None if is_patch else model,
        patch=model if is_patch else None,
        query=hints.get("query"),
        response=_response_model(hints["return"]),
        summary=(inspect.getdoc(function) or "").partition("\n")[0],
        changes_data_by_get="changes_data_by_get" in function.__dict__,
        validates_body=is_body,
    )


def _response_model(annotation: Any) -> type[ResponseModel] | None:  # noqa: ANN401 - any annotation
    first = get_args(annotation)[0] if get_origin(annotation) in (Union, UnionType) else annotation
    return None if first is TextResponse else first
