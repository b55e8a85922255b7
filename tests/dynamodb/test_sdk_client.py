"""PynamoDB's way of calling: its errors in the lean client's words, its promises the same."""

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
from tests.dynamodb.server import BREAKS, Server, answers, refuses

CONNECTIONS: tuple[Any, ...] = (sdk_client._connection,)
PUT = {"TableName": "t", "Item": {"key": {"S": "a"}, "bytes": {"B": "AP8="}}}
MARK = {"key": {"S": "a"}, "bytes": {"B": "AP8="}}


@pytest.fixture
def sdk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The scripted server, called by PynamoDB's own connections, made anew."""
    monkeypatch.setenv("TABLE_CLIENT", "pynamodb")
    for each in CONNECTIONS:
        each.cache_clear()
    yield server
    for once in (False, True):
        sdk_client._connection(once=once).client.close()
    for each in CONNECTIONS:
        each.cache_clear()


def test_bytes_go_as_base64_and_come_back_so(sdk: Server) -> None:
    sdk.says(answers({"Attributes": MARK, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 1}}))
    assert call("PutItem", PUT) == {"Attributes": MARK}
    (request,) = sdk.requests
    assert request.document == {**PUT, "ReturnConsumedCapacity": "TOTAL"}


def test_what_is_asked_is_left_as_it_is(sdk: Server) -> None:
    asked = {"TableName": "t", "Key": {"key": {"B": "AP8="}}}
    call("GetItem", asked)
    assert asked == {"TableName": "t", "Key": {"key": {"B": "AP8="}}}


@pytest.mark.parametrize("broken", ["closed", "reset"])
def test_a_request_that_must_not_be_repeated_is_sent_exactly_once(sdk: Server, broken: str) -> None:
    sdk.otherwise = BREAKS[broken]
    with pytest.raises(OutcomeUnknown):
        call("UpdateItem", {"TableName": "t", "Key": {}}, once=True)
    assert len(sdk.requests) == 1


def test_what_was_put_off_and_not_asked_again_is_surely_not_done(sdk: Server) -> None:
    codes = sorted(RETRYABLE_CODES | STALE_CREDENTIALS)
    for code in codes:
        sdk.says(refuses(code))
        with pytest.raises(NotApplied, match=code):
            call("UpdateItem", {"TableName": "t", "Key": {}}, once=True)
    assert len(sdk.requests) == len(codes)


def test_what_was_put_off_as_often_as_it_was_asked_is_unanswered(sdk: Server) -> None:
    # One of the attempts before may have gone another way.
    sdk.otherwise = refuses("ThrottlingException")
    with pytest.raises(OutcomeUnknown, match="ThrottlingException"):
        call("GetItem", {"TableName": "t", "Key": {}})


def test_a_server_in_trouble_is_unanswered(sdk: Server) -> None:
    sdk.otherwise = refuses("InternalServerError", 500)
    with pytest.raises(OutcomeUnknown, match="InternalServerError"):
        call("UpdateItem", {"TableName": "t", "Key": {}}, once=True)
    assert len(sdk.requests) == 1


def test_a_refusal_holds_the_item_as_json(sdk: Server) -> None:
    sdk.says(refuses(CONDITION_FAILED, Item=MARK))
    with pytest.raises(RequestRejected, match="ConditionalCheckFailedException: said why") as refused:
        call("PutItem", PUT)
    assert (refused.value.code, refused.value.item, refused.value.reasons) == (CONDITION_FAILED, MARK, ())


def test_a_cancelled_transaction_tells_the_reason_of_each_part(sdk: Server) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": MARK}]
    sdk.says(refuses("TransactionCanceledException", CancellationReasons=reasons))
    with pytest.raises(RequestRejected) as refused:
        call("TransactWriteItems", {"TransactItems": [{"Put": PUT}]})
    assert (refused.value.code, refused.value.reasons) == ("TransactionCanceledException", reasons)


def test_only_what_must_not_be_repeated_goes_without_the_sdks_repeats() -> None:
    attempts = [sdk_client._connection(once=once)._max_retry_attempts_exception for once in (True, False)]
    assert attempts == [0, 2]
