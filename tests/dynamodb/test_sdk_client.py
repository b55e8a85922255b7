"""The client on PynamoDB's connection: same errors and same guarantees as the lean client."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.dynamodb import sdk_client
from chalicelib.dynamodb.client import call
from chalicelib.dynamodb.errors import (
    CONDITION_FAILED,
    RETRYABLE_CODES,
    STALE_CREDENTIALS,
    NotApplied,
    OutcomeUnknown,
    RequestRejected,
)
from tests.aws_json.server import BREAKS, Server, reject, respond

CONNECTIONS: tuple[Any, ...] = (sdk_client._connection,)
PUT = {"TableName": "t", "Item": {"key": {"S": "a"}, "bytes": {"B": "AP8="}}}
MARK = {"key": {"S": "a"}, "bytes": {"B": "AP8="}}


@pytest.fixture
def sdk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The scripted server, called through new PynamoDB connections."""
    monkeypatch.setenv("TABLE_CLIENT", "pynamodb")
    for each in CONNECTIONS:
        each.cache_clear()
    yield server
    for at_most_once in (False, True):
        sdk_client._connection(at_most_once=at_most_once, is_click=False).client.close()
    for each in CONNECTIONS:
        each.cache_clear()


def test_bytes_are_sent_and_returned_as_base64(sdk: Server) -> None:
    sdk.expect(respond({"Attributes": MARK, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 1}}))
    assert call("PutItem", PUT) == {"Attributes": MARK}
    (request,) = sdk.requests
    assert request.document == {**PUT, "ReturnConsumedCapacity": "TOTAL"}


def test_request_document_is_not_changed(sdk: Server) -> None:
    document = {"TableName": "t", "Key": {"key": {"B": "AP8="}}}
    call("GetItem", document)
    assert document == {"TableName": "t", "Key": {"key": {"B": "AP8="}}}


@pytest.mark.parametrize("broken", ["closed", "reset"])
def test_broken_request_with_once_is_not_retried(sdk: Server, broken: str) -> None:
    sdk.otherwise = BREAKS[broken]
    with pytest.raises(OutcomeUnknown):
        call("UpdateItem", {"TableName": "t", "Key": {}}, at_most_once=True)
    assert len(sdk.requests) == 1


def test_retryable_error_with_once_is_not_applied(sdk: Server) -> None:
    codes = sorted(RETRYABLE_CODES | STALE_CREDENTIALS)
    for code in codes:
        sdk.expect(reject(code))
        with pytest.raises(NotApplied, match=code):
            call("UpdateItem", {"TableName": "t", "Key": {}}, at_most_once=True)
    assert len(sdk.requests) == len(codes)


def test_outcome_is_unknown_after_throttled_retries(sdk: Server) -> None:
    # An earlier attempt may have failed in another way.
    sdk.otherwise = reject("ThrottlingException")
    with pytest.raises(OutcomeUnknown, match="ThrottlingException"):
        call("GetItem", {"TableName": "t", "Key": {}})


def test_server_error_has_an_unknown_outcome(sdk: Server) -> None:
    sdk.otherwise = reject("InternalServerError", 500)
    with pytest.raises(OutcomeUnknown, match="InternalServerError"):
        call("UpdateItem", {"TableName": "t", "Key": {}}, at_most_once=True)
    assert len(sdk.requests) == 1


def test_rejection_contains_the_item_as_json(sdk: Server) -> None:
    sdk.expect(reject(CONDITION_FAILED, Item=MARK))
    with pytest.raises(RequestRejected, match="ConditionalCheckFailedException: the reason") as rejected:
        call("PutItem", PUT)
    assert (rejected.value.code, rejected.value.item, rejected.value.reasons) == (CONDITION_FAILED, MARK, ())


def test_cancelled_transaction_has_the_reason_of_each_part(sdk: Server) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": MARK}]
    sdk.expect(reject("TransactionCanceledException", CancellationReasons=reasons))
    with pytest.raises(RequestRejected) as rejected:
        call("TransactWriteItems", {"TransactItems": [{"Put": PUT}]})
    assert (rejected.value.code, rejected.value.reasons) == ("TransactionCanceledException", reasons)


def test_only_once_disables_the_retries_of_the_sdk() -> None:
    attempts = [
        sdk_client._connection(at_most_once=at_most_once, is_click=is_click)._max_retry_attempts_exception
        for at_most_once, is_click in ((True, False), (False, False), (True, True), (False, True))
    ]
    assert attempts == [0, 2, 0, 1]


def test_request_of_a_click_has_a_quarter_of_a_second() -> None:
    connection = sdk_client._connection(at_most_once=True, is_click=True)
    assert (connection._connect_timeout_seconds, connection._read_timeout_seconds) == (0.25, 0.25)
