"""One call from request to response: key, body, repetition, view, problem documents."""

import importlib
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError
from chalice.app import Request as ChaliceRequest
from chalice.app import Response
from pynamodb.exceptions import PynamoDBException

from chalicelib.endpoints import Endpoint
from chalicelib.http.authentication import authorize
from chalicelib.http.idempotency import idempotency_key, store_response, stored_response
from chalicelib.http.models import NoContent
from chalicelib.http.problems import (
    MalformedRequest,
    NotFound,
    Problem,
    Unavailable,
)
from chalicelib.http.request import Request
from chalicelib.http.request_parsing import (
    base_url,
    body_argument,
    body_parameters,
    body_text,
    cookies,
    if_match,
    query_argument,
)
from chalicelib.http.responses import FileResponse, json_response, problem_response
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.http.view import ResultWithStatus, TextResponse, ViewSignature, inspect_view

_LONGEST_ID = 200
_log = logging.getLogger("smartlink")


@cache
def load_view(endpoint: Endpoint) -> ViewSignature:
    """The view that the call's table entry names, with its signature read."""
    module, _, name = endpoint.view.partition(":")
    return inspect_view(getattr(importlib.import_module(module), name))


def dispatch(endpoint: Endpoint, received: ChaliceRequest, path: Mapping[str, str]) -> Response:
    """The response to a endpoint, whatever happens; what goes wrong is a problem document."""
    try:
        return _handle(endpoint, received, path)
    except Problem as problem:
        return problem_response(problem)
    except RecursionError:
        return problem_response(MalformedRequest("the body is nested too deep"))
    except (PynamoDBException, BotoCoreError):
        _log.exception("the tables did not answer %s %s", endpoint.method, endpoint.path)
        return problem_response(Unavailable("the request could not be carried out just now; send it again"))
    except Exception:  # noqa: BLE001 - logged whole, told as a problem document
        _log.exception("%s %s failed", endpoint.method, endpoint.path)
        failed = Problem("the request failed by a fault of ours; it has been logged")
        failed.status = HTTPStatus.INTERNAL_SERVER_ERROR
        return problem_response(failed)


def _handle(endpoint: Endpoint, received: ChaliceRequest, path: Mapping[str, str]) -> Response:
    owner, actor = authorize(endpoint, received.headers.get("authorization"))
    view, text = load_view(endpoint), body_text(received)
    request = Request(
        endpoint=endpoint,
        owner=owner,
        now=datetime.now(UTC),
        base_url=base_url(received),
        if_match=if_match(received.headers.get("if-match")),
        idempotency=idempotency_key(endpoint, (owner, *path.values()), received, text),
        entropy=os.urandom,
        actor=actor,
        cookies=cookies(received.headers.get("cookie", "")),
    )
    if any(len(value) > _LONGEST_ID for value in path.values()):
        message = "nothing has an ID as long as this"
        raise NotFound(message)
    posted = body_parameters(endpoint, view, received, text)
    body = {} if posted else body_argument(view, text)
    arguments: dict[str, Any] = {**path, **query_argument(view, received, posted), **body}
    return _call_view(request, view, arguments)


def _call_view(request: Request, view: ViewSignature, arguments: Mapping[str, Any]) -> Response:
    """The view's response, or the one kept of the same request made before."""

    def attempt() -> Any:  # noqa: ANN401 - a document or an `Answer`
        return stored_response(request) or view.function(replace(request, now=datetime.now(UTC)), **arguments)

    result = retry_on_conflict(attempt)
    if isinstance(result, Response):
        return result
    if isinstance(result, TextResponse):
        return FileResponse(result, request.endpoint.status)
    given = result if isinstance(result, ResultWithStatus) else ResultWithStatus(result, request.endpoint.status)
    if request.idempotency and not isinstance(given.document, NoContent):
        store_response(request, given.document, given.status)
    return json_response(given.document.model_dump_json(), given.status, getattr(given.document, "version", None))
