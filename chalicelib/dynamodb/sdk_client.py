"""DynamoDB by PynamoDB's connection, that is by the AWS SDK: the lean client's equal, for where that does not fit."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection

from chalicelib.dynamodb.errors import RETRYABLE_CODES, STALE_CREDENTIALS, NotApplied, OutcomeUnknown, RequestRejected

_SERVER_TROUBLE = 500
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_RETRIES = 2


def call(operation: str, request: Mapping[str, Any], *, once: bool) -> Mapping[str, Any]:
    """As `dynamodb.store.call`; with `once` it is sent once, whatever comes of it."""
    try:
        answer = _connection(once=once).dispatch(operation, _with_bytes(request))
    except (ClientError, BotoCoreError) as error:
        raise _translated(error, once=once) from error
    return {name: _with_base64(value) for name, value in answer.items() if name not in _OWN_WORDS}


_OWN_WORDS = frozenset({"ResponseMetadata", "ConsumedCapacity"})


@cache
def _connection(*, once: bool) -> Connection:
    return Connection(
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=_READ_SECONDS,
        max_retry_attempts=0 if once else _RETRIES,
    )


def _translated(error: Exception, *, once: bool) -> Exception:
    # PynamoDB's own error has only a part of the answer, that of the SDK before it has all.
    cause = error.__cause__
    if not isinstance(cause, ClientError):
        return OutcomeUnknown(str(error))
    told, code = cause.response["Error"], cause.response["Error"].get("Code", "")
    if cause.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_TROUBLE:
        return OutcomeUnknown(str(error))
    if code in RETRYABLE_CODES | STALE_CREDENTIALS:
        return NotApplied(str(error)) if once else OutcomeUnknown(str(error))
    return RequestRejected(code, told.get("Message", ""), _with_base64(cause.response))


def _with_bytes(document: Any) -> Any:  # noqa: ANN401 - JSON
    """The SDK takes bytes where the wire has base64."""
    return _mapped(document, b64decode)


def _with_base64(document: Any) -> Any:  # noqa: ANN401 - JSON
    return _mapped(document, lambda value: b64encode(value).decode())


def _mapped(document: Any, of_binary: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(document, dict):
        if document.keys() == {"B"}:
            return {"B": of_binary(document["B"])}
        return {name: _mapped(value, of_binary) for name, value in document.items()}
    if isinstance(document, list):
        return [_mapped(value, of_binary) for value in document]
    return document
