"""Idempotency keys: stored responses of repeated POST requests."""

import base64
import hashlib
import json
import re

from chalice.app import Request as ChaliceRequest
from chalice.app import Response

from chalicelib.endpoints import Endpoint
from chalicelib.http.authentication import ROLES
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import MalformedRequest, ValidationFailed
from chalicelib.http.request import IdempotencyKey, Request
from chalicelib.http.responses import json_response
from chalicelib.tables.base import get_or_none
from chalicelib.tables.requests import IdempotencyKeyRow

_DAY_SECONDS = 86_400
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


def store_response(request: Request, document: ResponseModel, status: int) -> None:
    """Keeps the answer of a POST that wrote nothing; one that wrote has kept it in its transaction."""
    row = idempotency_row(request, document, status)
    if not stored_response(request):
        row.save()


def stored_response(request: Request) -> Response | None:
    """The kept answer, where this very request was answered before."""
    asked = request.idempotency
    row = asked and get_or_none(IdempotencyKeyRow, asked.key)
    if not asked or not row or row.expires_at < request.now.timestamp():
        return None
    if row.request_digest != asked.digest:
        raise ValidationFailed(("", "is another body than this Idempotency-Key came with before"))
    return json_response(row.answer, int(row.status), json.loads(row.answer).get("version"))


def idempotency_key(
    endpoint: Endpoint, whose: tuple[str, ...], received: ChaliceRequest, text: str
) -> IdempotencyKey | None:
    """Return the key of a POST with a header `Idempotency-Key`: a digest of path, caller, resource and header."""
    given = received.headers.get("idempotency-key")
    # An open call has no owner to keep answers for: two callers' keys may be the same.
    if endpoint.method != "POST" or given is None or endpoint.audience not in ROLES:
        return None
    if not _VISIBLE.fullmatch(given):
        message = "Idempotency-Key must be 1 to 255 visible ASCII characters"
        raise MalformedRequest(message)
    name = "\n".join((endpoint.path, *whose, given))
    return IdempotencyKey(_digest(name), _digest(text))


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def idempotency_row(request: Request, answer: ResponseModel, status: int) -> IdempotencyKeyRow:
    """The row that lets a repeated POST find its answer; what is shown once is not kept."""
    assert request.idempotency  # noqa: S101 - callers ask only for requests that carry a key
    shown_once = dict.fromkeys(answer.ONE_TIME_FIELDS)
    return IdempotencyKeyRow(
        key=request.idempotency.key,
        request_digest=request.idempotency.digest,
        status=status,
        answer=answer.model_copy(update=shown_once).model_dump_json(),
        expires_at=int(request.now.timestamp()) + _DAY_SECONDS,
    )
