"""One call from request to response: key, body, repetition, view, problem documents."""

import base64
import hashlib
import importlib
import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import BotoCoreError
from chalice.app import Request as ChaliceRequest
from chalice.app import Response
from pynamodb.exceptions import PynamoDBException

from chalicelib import auth, settings
from chalicelib.contract.request import IdempotencyKey, Request
from chalicelib.contract.routes import Call
from chalicelib.contract.schema import Document, NoContent, Patch, validated
from chalicelib.contract.store import remembered, settled
from chalicelib.contract.view import Answer, Text, View, described
from chalicelib.errors import Forbidden, Invalid, Malformed, NotFound, Problem, TooLarge, Unauthenticated, Unavailable
from chalicelib.tables.base import existing
from chalicelib.tables.requests import Idempotency

MAX_BODY = 1024 * 1024
_ROLES = {"admin": auth.Role.ADMIN, "publisher": auth.Role.PUBLISHER}
_LONGEST_ID = 200
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
_FORM = "application/x-www-form-urlencoded"
_COUNT = re.compile(r"[0-9]{1,9}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,15})"')
_log = logging.getLogger("smartlink")


class _File(Response):
    """A page or file. Its type is kept from Chalice, which refuses an image to callers who do not name its type."""

    def __init__(self, file: Text, status: int) -> None:
        self._media = file.media
        super().__init__(file.text, dict(file.headers), status)

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002 - all our files are text
        answered = super().to_dict()
        return {**answered, "headers": {**answered["headers"], "Content-Type": self._media}}


@cache
def view_of(call: Call) -> View:
    """The view that the call's table entry names, with its signature read."""
    module, _, name = call.view.partition(":")
    return described(getattr(importlib.import_module(module), name))


def answer(call: Call, received: ChaliceRequest, path: Mapping[str, str]) -> Response:
    """The response to a call, whatever happens; what goes wrong is a problem document."""
    try:
        return _answered(call, received, path)
    except Problem as problem:
        return _problem(problem)
    except RecursionError:
        return _problem(Malformed("the body is nested too deep"))
    except (PynamoDBException, BotoCoreError):
        _log.exception("the tables did not answer %s %s", call.method, call.path)
        return _problem(Unavailable("the request could not be carried out just now; send it again"))
    except Exception:  # noqa: BLE001 - logged whole, told as a problem document
        _log.exception("%s %s failed", call.method, call.path)
        failed = Problem("the request failed by a fault of ours; it has been logged")
        failed.status = HTTPStatus.INTERNAL_SERVER_ERROR
        return _problem(failed)


def _answered(call: Call, received: ChaliceRequest, path: Mapping[str, str]) -> Response:
    owner, actor = _caller(call, received.headers.get("authorization"))
    view, text = view_of(call), _text(received)
    request = Request(
        call=call,
        owner=owner,
        now=datetime.now(UTC),
        base_url=_base_url(received),
        if_match=_if_match(received.headers.get("if-match")),
        idempotency=_idempotency(call, (owner, *path.values()), received, text),
        entropy=os.urandom,
        actor=actor,
        cookies=_cookies(received.headers.get("cookie", "")),
    )
    if any(len(value) > _LONGEST_ID for value in path.values()):
        message = "nothing has an ID as long as this"
        raise NotFound(message)
    posted = _posted(call, view, received, text)
    body = {} if posted else _body(view, text)
    arguments: dict[str, Any] = {**path, **_query(view, received, posted), **body}
    return _made(request, view, arguments)


def _made(request: Request, view: View, arguments: Mapping[str, Any]) -> Response:
    """The view's response, or the one kept of the same request made before."""

    def attempt() -> Any:  # noqa: ANN401 - a document or an `Answer`
        return _repeated(request) or view.function(replace(request, now=datetime.now(UTC)), **arguments)

    result = settled(attempt)
    if isinstance(result, Response):
        return result
    if isinstance(result, Text):
        return _File(result, request.call.status)
    given = result if isinstance(result, Answer) else Answer(result, request.call.status)
    if request.idempotency and not isinstance(given.document, NoContent):
        _remember(request, given.document, given.status)
    return _response(given.document.model_dump_json(), given.status, getattr(given.document, "version", None))


def _remember(request: Request, document: Document, status: int) -> None:
    """Keeps the answer of a POST that wrote nothing; one that wrote has kept it in its transaction."""
    row = remembered(request, document, status)
    if not _repeated(request):
        row.save()


def _repeated(request: Request) -> Response | None:
    """The kept answer, where this very request was answered before."""
    asked = request.idempotency
    row = asked and existing(Idempotency, asked.key)
    if not asked or not row or row.expires_at < request.now.timestamp():
        return None
    if row.request_digest != asked.digest:
        raise Invalid(("", "is another body than this Idempotency-Key came with before"))
    return _response(row.answer, int(row.status), json.loads(row.answer).get("version"))


def _caller(call: Call, authorization: str | None) -> tuple[str, str]:
    """The owner and the ID of the key that the call came with; both empty on open calls."""
    role = _ROLES.get(call.side)
    if role is None:
        return "", ""
    principal = auth.principal(authorization)
    if principal is None:
        message = "send a valid API key as `Authorization: Bearer {key}`"
        raise Unauthenticated(message)
    if principal.role is not role:
        message = f"this needs {'an admin' if role is auth.Role.ADMIN else 'a publisher'} key"
        raise Forbidden(message)
    return principal.owner, principal.key_id


def _text(received: ChaliceRequest) -> str:
    raw = received.raw_body
    raw = raw.encode() if isinstance(raw, str) else raw
    if len(raw) > MAX_BODY:
        message = f"the body has {len(raw)} bytes; at most {MAX_BODY} are taken"
        raise TooLarge(message)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        message = "the body is not UTF-8"
        raise Malformed(message) from error


def _posted(call: Call, view: View, received: ChaliceRequest, text: str) -> dict[str, Any]:
    """The parameters in the body of a POST whose view takes a query and no body: a form, or a JSON object."""
    if call.method != "POST" or not view.query or view.body or view.patch:
        return {}
    if received.headers.get("content-type", "").lower().startswith(_FORM):
        return dict(parse_qsl(text, keep_blank_values=True))
    return _object(text)


def _object(text: str) -> dict[str, Any]:
    document = _parsed(text) if text.strip() else {}
    if not isinstance(document, dict):
        message = "the body must be a JSON object"
        raise Malformed(message)
    return document


def _body(view: View, text: str) -> dict[str, Any]:
    document = _object(text)
    if view.patch:
        return {"body": Patch(view.patch, document)}
    if view.body:
        return {"body": validated(view.body, document)}
    if document:
        raise Invalid(*((f"/{name}", "is not a known field") for name in document))
    return {}


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        message = f"the body is not JSON: {error}"
        raise Malformed(message) from error


def _no_constant(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)


def _query(view: View, received: ChaliceRequest, posted: Mapping[str, Any]) -> dict[str, Any]:
    if not view.query:
        return {}
    given: dict[str, Any] = {**(received.query_params or {}), **posted}
    if _COUNT.fullmatch(str(given.get("limit", ""))):
        given["limit"] = int(given["limit"])
    return {"query": validated(view.query, given)}


def _cookies(header: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _if_match(header: str | None) -> int | None:
    if header is None or header.strip() == "*":
        return None
    tag = _ETAG.fullmatch(header.strip())
    return int(tag[1]) if tag else -1


def _idempotency(call: Call, whose: tuple[str, ...], received: ChaliceRequest, text: str) -> IdempotencyKey | None:
    given = received.headers.get("idempotency-key")
    # An open call has no owner to keep answers for: two callers' keys may be the same.
    if call.method != "POST" or given is None or call.side not in _ROLES:
        return None
    if not _VISIBLE.fullmatch(given):
        message = "Idempotency-Key must be 1 to 255 visible ASCII characters"
        raise Malformed(message)
    name = "\n".join((call.path, *whose, given))
    return IdempotencyKey(_digest(name), _digest(text))


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def _base_url(received: ChaliceRequest) -> str:
    if named := settings.public_url():
        return named
    host = received.headers.get("host", "localhost")
    scheme = received.headers.get("x-forwarded-proto", "http" if ".localhost" in host else "https")
    stage = received.context.get("stage", "")
    # A domain of one's own maps to the stage; only API Gateway's own address carries it in the path.
    return f"{scheme}://{host}/{stage}" if stage and "execute-api" in host else f"{scheme}://{host}"


def _response(text: str, status: int, version: int | None) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response("" if status == HTTPStatus.NO_CONTENT else text, headers, status)


def _problem(problem: Problem) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        **problem.headers(),
    }
    return Response(json.dumps(problem.document()), headers, int(problem.status))
