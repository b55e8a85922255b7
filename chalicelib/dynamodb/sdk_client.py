"""DynamoDB client on PynamoDB's connection, that is on the AWS SDK: an alternative with the same contract."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection

from chalicelib.dynamodb.errors import RETRYABLE_CODES, STALE_CREDENTIALS, NotApplied, OutcomeUnknown, RequestRejected

_SERVER_ERROR = 500
_CONNECT_SECONDS = 1
_READ_SECONDS = 2
_CLICK_SECONDS = 0.25
"""To connect, and to answer, if a visitor is waiting."""

_RETRIES = 2
_SDK_FIELDS = frozenset({"ResponseMetadata", "ConsumedCapacity"})


def call(operation: str, request: Mapping[str, Any], *, at_most_once: bool, is_click: bool) -> Mapping[str, Any]:
    """Return DynamoDB's response, as `dynamodb.client.call` does; with `at_most_once` the request is sent once.

    Requests of a click have short limits each, and none together.
    """
    try:
        response = _connection(at_most_once=at_most_once, is_click=is_click).dispatch(operation, _with_bytes(request))
    except (ClientError, BotoCoreError) as error:
        raise _translate(error, at_most_once=at_most_once) from error
    return {name: _with_base64(value) for name, value in response.items() if name not in _SDK_FIELDS}


@cache
def _connection(*, at_most_once: bool, is_click: bool) -> Connection:
    return Connection(
        connect_timeout_seconds=_CLICK_SECONDS if is_click else _CONNECT_SECONDS,
        read_timeout_seconds=_CLICK_SECONDS if is_click else _READ_SECONDS,
        max_retry_attempts=0 if at_most_once else 1 if is_click else _RETRIES,
    )


def _translate(error: Exception, *, at_most_once: bool) -> Exception:
    # PynamoDB's error has only a part of the response; the SDK's error that caused it has all of it.
    cause = error.__cause__
    if not isinstance(cause, ClientError):
        return OutcomeUnknown(str(error))
    details, code = cause.response["Error"], cause.response["Error"].get("Code", "")
    if cause.response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
        return OutcomeUnknown(str(error))
    if code in RETRYABLE_CODES | STALE_CREDENTIALS:
        return NotApplied(str(error)) if at_most_once else OutcomeUnknown(str(error))
    return RequestRejected(code, details.get("Message", ""), _with_base64(cause.response))


def _with_bytes(document: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the document with bytes, as the SDK takes it, in place of base64."""
    return _map_binary(document, b64decode)


def _with_base64(document: Any) -> Any:  # noqa: ANN401 - JSON
    return _map_binary(document, lambda value: b64encode(value).decode())


def _map_binary(document: Any, convert: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(document, dict):
        if document.keys() == {"B"}:
            return {"B": convert(document["B"])}
        return {name: _map_binary(value, convert) for name, value in document.items()}
    if isinstance(document, list):
        return [_map_binary(value, convert) for value in document]
    return document
