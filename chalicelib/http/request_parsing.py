"""Parse body, query, cookies and headers of a request."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

from chalice.app import Request as ChaliceRequest

from chalicelib import settings
from chalicelib.domain import visitor
from chalicelib.endpoint import Endpoint
from chalicelib.http.error_details import Error, escape_step
from chalicelib.http.models import Body, LenientQuery, Patch, RequestModel, validate
from chalicelib.http.problems import MalformedRequest, PayloadTooLarge, ValidationFailed
from chalicelib.http.view import ViewSignature

MAX_BODY = 1024 * 1024
_NO_STAGE = "$default"
_FORM = "application/x-www-form-urlencoded"
_INTEGER = re.compile(r"-?[0-9]{1,100}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,15})"')


@dataclass(frozen=True, slots=True)
class SentBody:
    """The body of a request as text, and the query parameters in it."""

    text: str
    parameters: Mapping[str, Any]


def read_body(endpoint: Endpoint, view: ViewSignature, http_request: ChaliceRequest) -> SentBody:
    """Return the body; raise a `Problem` if it cannot be read.

    A view with a `LenientQuery` gets the parameters in any readable body of a POST, and no text.
    """
    if view.query and issubclass(view.query, LenientQuery):
        return SentBody("", _lenient_parameters(view.query, http_request) if endpoint.method == "POST" else {})
    text = body_text(http_request)
    return SentBody(text, _body_parameters(endpoint, view, http_request, text))


def _lenient_parameters(query: type[LenientQuery], http_request: ChaliceRequest) -> dict[str, str]:
    """Return the parameters in a form or JSON object as text; nothing if it cannot be read and is not needed."""
    try:
        return _readable_parameters(http_request)
    except (MalformedRequest, PayloadTooLarge, RecursionError):
        if query.is_complete(http_request.query_params or {}):
            return {}
        raise


def _readable_parameters(http_request: ChaliceRequest) -> dict[str, str]:
    text = body_text(http_request)
    if _is_form(http_request):
        return dict(parse_qsl(text, keep_blank_values=True))
    # Numbers stay as they were written: a float would change an amount.
    document = _json_object(text, json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str))
    return {name: _as_text(value) for name, value in document.items() if value is not None}


def _as_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def body_text(http_request: ChaliceRequest) -> str:
    """Return the body as text; raise a `Problem` if it is too large or not UTF-8."""
    raw = http_request.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw
    if len(raw) > MAX_BODY:
        message = f"The request body has {len(raw)} bytes. The maximum is {MAX_BODY}."
        raise PayloadTooLarge(message)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        message = "The request body is not UTF-8."
        raise MalformedRequest(message) from error


def _body_parameters(
    endpoint: Endpoint, view: ViewSignature, http_request: ChaliceRequest, text: str
) -> dict[str, Any]:
    """Return the query parameters in the body (form or JSON) of a POST whose view takes a query but no body."""
    if endpoint.method != "POST" or not view.query or view.body or view.patch:
        return {}
    return dict(parse_qsl(text, keep_blank_values=True)) if _is_form(http_request) else _json_object(text)


def _is_form(http_request: ChaliceRequest) -> bool:
    is_form: bool = http_request.headers.get("content-type", "").lower().startswith(_FORM)
    return is_form


def _json_object(text: str, decoder: json.JSONDecoder | None = None) -> dict[str, Any]:
    document = _parse_json(text, decoder or json.JSONDecoder(parse_constant=_reject_nan)) if text.strip() else {}
    if not isinstance(document, dict):
        message = "The request body must be a JSON object."
        raise MalformedRequest(message)
    return document


def body_argument(view: ViewSignature, text: str, media: str = "") -> dict[str, Any]:
    """Return the argument `body` of the view, validated; empty if the view takes none. `media` is its content type."""
    reader = view.body.READERS.get(media.partition(";")[0].strip().lower()) if view.body else None
    document = reader(text) if reader else _json_object(text)
    if view.patch:
        return {"body": Patch(view.patch, document)}
    if view.body:
        return {"body": Body(view.body, document) if view.validates_body else validate(view.body, document)}
    if document:
        raise ValidationFailed(*((f"/{escape_step(name)}", "is not a known field") for name in document))
    return {}


def body_and_query(
    view: ViewSignature, sent: SentBody, parameters: Mapping[str, Any], media: str = ""
) -> dict[str, Any]:
    """Return the arguments `body` and `query` of the view; raise `ValidationFailed` with the errors of both."""
    errors: list[Error] = []
    query = _collect(errors, lambda: query_argument(view, parameters))
    body = _collect(errors, lambda: {} if sent.parameters else body_argument(view, sent.text, media))
    if errors:
        raise ValidationFailed(*errors)
    return {**query, **body}


def _collect(errors: list[Error], read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what is read; if it is not valid, add its errors to the list."""
    try:
        return read()
    except ValidationFailed as failed:
        errors += failed.errors
        return {}


def _parse_json(text: str, decoder: json.JSONDecoder) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return decoder.decode(text)
    except ValueError as error:
        message = f"The request body is not JSON: {error}."
        raise MalformedRequest(message) from error


def _reject_nan(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)


def all_parameters(view: ViewSignature, http_request: ChaliceRequest, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the query and of the body, which takes precedence with every value that is present.

    A parameter that was sent several times is a list of its values; in a `LenientQuery` it is the last one.
    """
    sent = http_request.query_params
    if view.query and issubclass(view.query, LenientQuery):
        return {**body, **(sent or {}), **view.query.present(body)}
    several = {} if sent is None else {name: values for name in sent if len(values := sent.getlist(name)) > 1}
    return {**(sent or {}), **several, **body}


def query_argument(view: ViewSignature, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument `query` of the view, validated; empty if the view takes none.

    A field that is a list has all values of its parameter. Any other parameter must be sent once.
    """
    if not view.query:
        return {}
    lists = _list_fields(view.query)
    repeated = {name: value[-1] for name, value in sent.items() if name not in lists and value and _is_list(value)}
    parameters = {**sent, **repeated, **{name: _as_list(value) for name, value in sent.items() if name in lists}}
    if "limit" in view.query.model_fields and _INTEGER.fullmatch(str(parameters.get("limit", ""))):
        parameters["limit"] = int(parameters["limit"])
    return {"query": _validate_query(view.query, parameters, repeated)}


def _is_list(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, list)


def _as_list(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return value if _is_list(value) else [value]


def _validate_query(query: type[RequestModel], parameters: Mapping[str, Any], repeated: Iterable[str]) -> RequestModel:
    """Return the query; raise `ValidationFailed` for its errors and for the repeated parameters."""
    errors = [(f"/{name}", "must be sent only once") for name in repeated]
    try:
        validated = validate(query, parameters)
    except ValidationFailed as error:
        raise ValidationFailed(*errors, *(_of_parameter(*each, parameters) for each in error.errors)) from error
    if errors:
        raise ValidationFailed(*errors)
    return validated


def _of_parameter(pointer: str, detail: str, parameters: Mapping[str, Any]) -> tuple[str, str]:
    """Return the error. If a list has one value, the pointer of its error is that of the parameter."""
    name = pointer.removesuffix("/0").removeprefix("/")
    return (f"/{name}" if len(_as_list(parameters.get(name))) == 1 else pointer), detail


def _list_fields(query: type[RequestModel]) -> set[str]:
    """Return the names of the parameters that may be sent several times."""
    return {name for name, field in query.model_fields.items() if _has_list(field.annotation)}


def _has_list(annotation: Any) -> bool:  # noqa: ANN401 - any annotation
    return get_origin(annotation) is list or any(map(_has_list, get_args(annotation)))


def caller_address(http_request: ChaliceRequest) -> str:
    """Return the address of the caller: API Gateway's, or the viewer's if a CDN with the edge secret sent it."""
    source_ip = http_request.context.get("identity", {}).get("sourceIp", "")
    return visitor.caller_address(http_request.headers, source_ip, settings.edge_secret())


def cookies(header: str) -> dict[str, str]:
    """Return the cookies of a `Cookie` header by name."""
    pairs = (pair.partition("=") for pair in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def if_match(header: str | None) -> int | None:
    """Return the version of an `If-Match` header; None if every version matches, -1 if none does."""
    if header is None or header.strip() == "*":
        return None
    tag = _ETAG.fullmatch(header.strip())
    return int(tag[1]) if tag else -1


def base_url(http_request: ChaliceRequest) -> str:
    """Return the public address of the API: `PUBLIC_URL`, or the address that the request was sent to."""
    if configured := settings.public_url():
        return configured
    host = http_request.headers.get("host", "localhost")
    scheme = http_request.headers.get("x-forwarded-proto", "http" if ".localhost" in host else "https")
    stage = http_request.context.get("stage", "")
    # A custom domain is mapped to the stage, and the stage of an HTTP API is in no path. That of a REST API is.
    has_stage = stage and stage != _NO_STAGE and "execute-api" in host
    return f"{scheme}://{host}/{stage}" if has_stage else f"{scheme}://{host}"
