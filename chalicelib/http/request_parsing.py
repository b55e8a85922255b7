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


def body_text(received: ChaliceRequest) -> str:
    """Return the body as text; raise if it is too large or not UTF-8."""
    raw = received.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw
    if len(raw) > MAX_BODY:
        message = f"the body has {len(raw)} bytes; at most {MAX_BODY} are taken"
        raise PayloadTooLarge(message)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        message = "the body is not UTF-8"
        raise MalformedRequest(message) from error


def body_parameters(endpoint: Endpoint, view: ViewSignature, received: ChaliceRequest, text: str) -> dict[str, Any]:
    """The parameters in the body of a POST whose view takes a query and no body: a form, or a JSON object."""
    if endpoint.method != "POST" or not view.query or view.body or view.patch:
        return {}
    if received.headers.get("content-type", "").lower().startswith(_FORM):
        return dict(parse_qsl(text, keep_blank_values=True))
    return _json_object(text)


def _json_object(text: str) -> dict[str, Any]:
    document = _parse_json(text) if text.strip() else {}
    if not isinstance(document, dict):
        message = "the body must be a JSON object"
        raise MalformedRequest(message)
    return document


def body_argument(view: ViewSignature, text: str) -> dict[str, Any]:
    """Return the argument `body` of the view, validated; empty if the view takes none."""
    document = _json_object(text)
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
        message = f"the body is not JSON: {error}"
        raise MalformedRequest(message) from error


def _reject_nan(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)


def query_argument(view: ViewSignature, received: ChaliceRequest, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument `query` of the view, validated; empty if the view takes none."""
    if not view.query:
        return {}
    given: dict[str, Any] = {**(received.query_params or {}), **posted}
    if _INTEGER.fullmatch(str(given.get("limit", ""))):
        given["limit"] = int(given["limit"])
    return {"query": validate(view.query, given)}


def cookies(header: str) -> dict[str, str]:
    """Return the cookies of a `Cookie` header by name."""
    pairs = (each.partition("=") for each in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def if_match(header: str | None) -> int | None:
    """Return the version of an `If-Match` header; None if any will do, -1 if it matches no version."""
    if header is None or header.strip() == "*":
        return None
    tag = _ETAG.fullmatch(header.strip())
    return int(tag[1]) if tag else -1


def base_url(received: ChaliceRequest) -> str:
    """Return the address of the API as callers see it: `PUBLIC_URL`, or the request's own."""
    if named := settings.public_url():
        return named
    host = received.headers.get("host", "localhost")
    scheme = received.headers.get("x-forwarded-proto", "http" if ".localhost" in host else "https")
    stage = received.context.get("stage", "")
    # A domain of one's own maps to the stage; only API Gateway's own address carries it in the path.
    return f"{scheme}://{host}/{stage}" if stage and "execute-api" in host else f"{scheme}://{host}"
