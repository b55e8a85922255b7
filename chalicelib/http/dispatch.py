"""One request from authentication to response: parsing, idempotency, view, problem documents."""

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

from chalicelib import settings
from chalicelib.dynamodb.errors import TableError
from chalicelib.endpoint import Endpoint
from chalicelib.http.authentication import Principal
from chalicelib.http.authorization import authorize
from chalicelib.http.idempotency import idempotency_key, store_response, stored_response
from chalicelib.http.problems import MalformedRequest, NotFound, Problem, Unavailable
from chalicelib.http.request import Request
from chalicelib.http.request_parsing import (
    all_parameters,
    base_url,
    body_and_query,
    caller_address,
    cookies,
    if_match,
    read_body,
)
from chalicelib.http.responses import (
    FileResponse,
    file_response,
    json_response,
    problem_response,
    security_headers,
)
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.http.view import ResultWithStatus, TextResponse, ViewSignature, inspect_view
from chalicelib.observability import logs
from chalicelib.tables.tracking_domains import inactive_hosts

_HEAD = "HEAD"
_MAX_ID_LENGTH = 200
_log = logging.getLogger("smartlink")


@cache
def load_view(endpoint: Endpoint) -> ViewSignature:
    """Return the view of an endpoint with its signature."""
    module, _, name = endpoint.view.partition(":")
    return inspect_view(getattr(importlib.import_module(module), name))


def dispatch(endpoint: Endpoint, http_request: ChaliceRequest, path: Mapping[str, str]) -> Response:
    """Return the response of an endpoint with the security headers. HEAD gets the response to GET without its body."""
    logs.begin_call(http_request.lambda_context)
    response = _response(endpoint, http_request, path)
    response.headers = {**security_headers(base_url(http_request)), **response.headers}
    if http_request.method == _HEAD:
        response.body = ""
    return response


def _response(endpoint: Endpoint, http_request: ChaliceRequest, path: Mapping[str, str]) -> Response:
    """Return the response of an endpoint. Every error becomes a problem document."""
    try:
        return _handle(endpoint, http_request, path)
    except Problem as problem:
        return problem_response(problem)
    except RecursionError:
        return problem_response(MalformedRequest("The request body is nested too deeply."))
    except (PynamoDBException, BotoCoreError, TableError):
        _log.exception("DynamoDB was unavailable for %s %s", endpoint.method, endpoint.path)
        return problem_response(Unavailable("The service is temporarily unavailable. Retry the request."))
    except Exception:  # noqa: BLE001 - logged in full, returned as a problem document
        _log.exception("%s %s failed", endpoint.method, endpoint.path)
        internal = Problem("Internal error. It was logged. Try again later.")
        internal.status = HTTPStatus.INTERNAL_SERVER_ERROR
        return problem_response(internal)


def _handle(endpoint: Endpoint, http_request: ChaliceRequest, path: Mapping[str, str]) -> Response:
    now = datetime.now(UTC)
    who = _caller_fields(authorize(endpoint, http_request.headers.get("authorization"), path, now))
    view = load_view(endpoint)
    if view.changes_data_by_get and http_request.method == _HEAD:
        return FileResponse(TextResponse("", endpoint.media, {"Cache-Control": "no-store"}), endpoint.status)
    sent = read_body(endpoint, view, http_request)
    parameters = all_parameters(view, http_request, sent.parameters)
    request = Request(
        endpoint=endpoint,
        now=now,
        base_url=base_url(http_request),
        tracking_url=settings.tracking_url(),
        if_match=if_match(http_request.headers.get("if-match")),
        idempotency=idempotency_key(endpoint, (who["actor"], *path.values()), http_request, sent.text),
        entropy=os.urandom,
        cookies=cookies(http_request.headers.get("cookie", "")),
        address=caller_address(http_request),
        parameters=parameters,
        inactive_hosts=cache(inactive_hosts),
        **who,
    )
    _check_id_lengths(path)
    media = http_request.headers.get("content-type", "")
    result = _call_view(request, view, {**path, **body_and_query(view, sent, parameters, media)})
    if isinstance(result, TextResponse):
        return file_response(result, endpoint.status, http_request.headers.get("if-none-match", ""))
    return result if isinstance(result, Response) else _document_response(request, result)


def _caller_fields(caller: Principal | None) -> dict[str, Any]:
    """Return the fields of a request that say who sent it."""
    if caller is None:
        return {"owner": "", "actor": ""}
    who = {"owner": caller.owner, "actor": caller.actor, "actor_name": caller.name}
    return {**who, "key_id": caller.key_id, "role": caller.user_role}


def _check_id_lengths(path: Mapping[str, str]) -> None:
    if any(len(value) > _MAX_ID_LENGTH for value in path.values()):
        message = f"An ID has at most {_MAX_ID_LENGTH} characters."
        raise NotFound(message)


def _call_view(request: Request, view: ViewSignature, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - see `attempt`
    """Return the result of the view, or the stored response if the request is repeated."""

    def attempt() -> Any:  # noqa: ANN401 - a document, a `ResultWithStatus` or a response
        return stored_response(request) or view.function(replace(request, now=datetime.now(UTC)), **arguments)

    return retry_on_conflict(attempt)


def _document_response(request: Request, result: Any) -> Response:  # noqa: ANN401 - a document or a `ResultWithStatus`
    answer = result if isinstance(result, ResultWithStatus) else ResultWithStatus(result, request.endpoint.status)
    if request.idempotency:
        store_response(request, answer.document, answer.status)
    return json_response(answer.document.model_dump_json(), answer.status, getattr(answer.document, "version", None))
