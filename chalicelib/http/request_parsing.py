"""Parse body, query, cookies and headers of a request."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from chalice.app import Request as ChaliceRequest

from chalicelib import settings
from chalicelib.endpoints import Endpoint
from chalicelib.http.models import Patch, validate
from chalicelib.http.problems import MalformedRequest, PayloadTooLarge, ValidationFailed
from chalicelib.http.view import ViewSignature

MAX_BODY = 1024 * 1024
_FORM = "application/x-www-form-urlencoded"
_INTEGER = re.compile(r"[0-9]{1,9}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,15})"')


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


def body_parameters(endpoint: Endpoint, view: ViewSignature, http_request: ChaliceRequest, text: str) -> dict[str, Any]:
    """Return the query parameters in the body (form or JSON) of a POST whose view takes a query but no body."""
    if endpoint.method != "POST" or not view.query or view.body or view.patch:
        return {}
    if http_request.headers.get("content-type", "").lower().startswith(_FORM):
        return dict(parse_qsl(text, keep_blank_values=True))
    return _json_object(text)


def _json_object(text: str) -> dict[str, Any]:
    document = _parse_json(text) if text.strip() else {}
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
        return {"body": validate(view.body, document)}
    if document:
        raise ValidationFailed(*((f"/{name}", "is not a known field") for name in document))
    return {}


def _parse_json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text, parse_constant=_reject_nan)
    except ValueError as error:
        message = f"The request body is not JSON: {error}."
        raise MalformedRequest(message) from error


def _reject_nan(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)


def query_argument(view: ViewSignature, http_request: ChaliceRequest, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument `query` of the view, validated; empty if the view takes none."""
    if not view.query:
        return {}
    parameters: dict[str, Any] = {**(http_request.query_params or {}), **body}
    if _INTEGER.fullmatch(str(parameters.get("limit", ""))):
        parameters["limit"] = int(parameters["limit"])
    return {"query": validate(view.query, parameters)}


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
    # A custom domain is mapped to the stage. Only the address of API Gateway has the stage in its path.
    return f"{scheme}://{host}/{stage}" if stage and "execute-api" in host else f"{scheme}://{host}"
