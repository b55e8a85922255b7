"""Idempotency keys: stored responses of repeated POST requests."""

import base64
import hashlib
import json
import re

from chalice.app import Request as ChaliceRequest
from chalice.app import Response

from chalicelib.domain.timestamps import expiry_time
from chalicelib.endpoint import Endpoint
from chalicelib.http.authentication import ROLES
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import MalformedRequest, ValidationFailed
from chalicelib.http.request import IdempotencyKey, Request
from chalicelib.http.responses import json_response
from chalicelib.settings import IDEMPOTENCY_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.requests import IdempotencyKeyRow

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


def store_response(request: Request, document: ResponseModel, status: int) -> None:
    """Store the response of a POST that wrote nothing. A POST that writes stores it in its transaction."""
    row = idempotency_row(request, document, status)
    if not stored_response(request):
        row.save()


def stored_response(request: Request) -> Response | None:
    """Return the stored response if the request is repeated, else None.

    Raise `ValidationFailed` if the key was used with a different body.
    """
    key = request.idempotency
    row = key and get_or_none(IdempotencyKeyRow, key.key)
    if not key or not row or row.expires_at < request.now.timestamp():
        return None
    if row.request_digest != key.digest:
        raise ValidationFailed(("", "must have the same body as the first request with this Idempotency-Key"))
    return json_response(row.answer, int(row.status), json.loads(row.answer).get("version"))


def idempotency_key(
    endpoint: Endpoint, scope: tuple[str, ...], http_request: ChaliceRequest, text: str
) -> IdempotencyKey | None:
    """Return the key of a POST with an `Idempotency-Key` header, else None.

    `scope` is the caller and the IDs in the path: the same header is another key for another caller or resource.
    """
    header = http_request.headers.get("idempotency-key")
    # Callers of open endpoints are anonymous: two of them may choose the same key.
    if endpoint.method != "POST" or header is None or endpoint.audience not in ROLES:
        return None
    if not _VISIBLE.fullmatch(header):
        message = "Idempotency-Key must be 1 to 255 visible ASCII characters."
        raise MalformedRequest(message)
    name = "\n".join((endpoint.path, *scope, header))
    return IdempotencyKey(_digest(name), _digest(text))


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def idempotency_row(request: Request, document: ResponseModel, status: int) -> IdempotencyKeyRow:
    """Return the row of a response that repeated requests receive. It omits fields that are shown once."""
    assert request.idempotency  # noqa: S101 - callers ask only for requests that carry a key
    shown_once = dict.fromkeys(document.ONE_TIME_FIELDS)
    return IdempotencyKeyRow(
        key=request.idempotency.key,
        request_digest=request.idempotency.digest,
        status=status,
        answer=document.model_copy(update=shown_once).model_dump_json(),
        expires_at=expiry_time(request.now, request.idempotency.days or IDEMPOTENCY_RETENTION_DAYS),
    )
