"""Calls of the lean client: the request, retries and time limits."""

import json
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.aws_json import transport
from chalicelib.dynamodb import client, wait_limit
from chalicelib.dynamodb.client import batch_get, call, get
from chalicelib.dynamodb.errors import (
    CONDITION_FAILED,
    RETRYABLE_CODES,
    STALE_CREDENTIALS,
    NotApplied,
    OutcomeUnknown,
    RequestRejected,
    TableError,
)
from chalicelib.dynamodb.wait_limit import WaitLimit
from tests.aws_json.conftest import Clock
from tests.aws_json.server import BREAKS, Request, Server, Step, hang, reject, respond

THROTTLED = "ProvisionedThroughputExceededException"


def operations(server: Server) -> list[str]:
    return [request.headers["x-amz-target"].removeprefix("DynamoDB_20120810.") for request in server.requests]


# The request


def test_request_is_one_signed_post_of_json(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    server.expect(respond({"Item": {"a": {"S": "é"}}}))
    assert call("GetItem", {"TableName": "t", "Key": {"k": {"S": "é"}}}) == {"Item": {"a": {"S": "é"}}}
    (request,) = server.requests
    assert request.head.startswith("POST / HTTP/1.1\r\n")
    assert request.body == rb'{"TableName":"t","Key":{"k":{"S":"\u00e9"}}}'
    headers = request.headers
    authorization = headers.pop("authorization")
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=testing/")
    assert "/us-east-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-sec" in authorization
    assert len(headers.pop("x-amz-date")) == len("20261121T120000Z")
    assert headers == {
        "content-type": "application/x-amz-json-1.0",
        "host": server.url.removeprefix("http://"),
        "x-amz-security-token": "a-token",
        "x-amz-target": "DynamoDB_20120810.GetItem",
        "content-length": str(len(request.body)),
    }


def test_credentials_without_a_token_send_no_token(server: Server) -> None:
    call("GetItem", {})
    assert "x-amz-security-token" not in server.requests[0].headers


# Retries


@pytest.mark.parametrize("broken", BREAKS)
def test_broken_request_is_retried(server: Server, clock: Clock, broken: str) -> None:
    server.expect(BREAKS[broken], BREAKS[broken], respond({"ok": True}))
    assert call("PutItem", {"n": 1}) == {"ok": True}
    assert [request.document for request in server.requests] == [{"n": 1}] * 3
    assert clock.waits == [0.04, 0.08]


@pytest.mark.parametrize("broken", BREAKS)
def test_broken_request_with_once_is_not_retried(server: Server, clock: Clock, broken: str) -> None:
    server.expect(BREAKS[broken])
    with pytest.raises(OutcomeUnknown):
        call("UpdateItem", {}, at_most_once=True)
    assert (operations(server), clock.waits) == (["UpdateItem"], [])


def hang_once(monkeypatch: pytest.MonkeyPatch, server: Server, clock: Clock) -> None:
    """Make the first attempt hang and time out after 50 ms; the next one has the usual time."""

    def sleep(seconds: float) -> None:
        server.received(1)
        clock.sleep(seconds)
        monkeypatch.setattr(transport, "_RESPONSE_SECONDS", 60.0)

    server.expect(hang)
    monkeypatch.setattr(transport, "_RESPONSE_SECONDS", 0.05)
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=clock.monotonic, sleep=sleep))


def test_request_that_times_out_is_retried(server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    hang_once(monkeypatch, server, clock)
    server.expect(respond({"ok": True}))
    assert call("PutItem", {"n": 1}) == {"ok": True}
    assert [request.document for request in server.requests] == [{"n": 1}] * 2
    assert clock.waits == [0.04]


def test_request_that_times_out_with_once_is_not_retried(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang_once(monkeypatch, server, clock)
    with pytest.raises(OutcomeUnknown, match="timed out"):
        call("UpdateItem", {}, at_most_once=True)
    assert (len(server.received(1)), server.accepted, clock.waits) == (1, 1, [])


@pytest.mark.parametrize("at_most_once", [False, True])
@pytest.mark.parametrize("code", sorted(RETRYABLE_CODES))
def test_retryable_error_is_retried(server: Server, clock: Clock, code: str, at_most_once: bool) -> None:
    server.expect(reject(code), respond({"ok": True}))
    assert call("UpdateItem", {}, at_most_once=at_most_once) == {"ok": True}
    assert (len(server.requests), clock.waits, server.accepted) == (2, [0.04], 1)


@pytest.mark.parametrize(("at_most_once", "error"), [(False, OutcomeUnknown), (True, NotApplied)])
def test_call_fails_after_four_throttled_attempts(
    server: Server, clock: Clock, at_most_once: bool, error: type[TableError]
) -> None:
    server.otherwise = reject("ThrottlingException")
    with pytest.raises(error, match="ThrottlingException"):
        call("UpdateItem", {}, at_most_once=at_most_once)
    assert (len(server.requests), len(clock.waits)) == (4, 3)


def test_server_error_is_retried(server: Server) -> None:
    server.expect(reject("InternalServerError", 500), respond(b"<html>", 503), respond({"ok": True}))
    assert call("UpdateItem", {}) == {"ok": True}
    assert len(server.requests) == 3


@pytest.mark.parametrize("failure", [reject("InternalServerError", 500), respond(b"<html>", 503)])
def test_server_error_with_once_has_an_unknown_outcome(server: Server, failure: Step) -> None:
    server.expect(failure)
    with pytest.raises(OutcomeUnknown, match=r"InternalServerError: the reason|HTTP 503"):
        call("UpdateItem", {}, at_most_once=True)
    assert len(server.requests) == 1


@pytest.mark.parametrize("at_most_once", [False, True])
def test_stale_credentials_are_fetched_again(
    server: Server, monkeypatch: pytest.MonkeyPatch, at_most_once: bool
) -> None:
    def reject_and_rotate(code: str) -> Step:
        def step(connection: Any, request: Request) -> bool:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"after-{code}")
            return reject(code)(connection, request)

        return step

    server.expect(*(reject_and_rotate(code) for code in sorted(STALE_CREDENTIALS)), respond({"ok": True}))
    assert call("UpdateItem", {}, at_most_once=at_most_once) == {"ok": True}
    headers = [request.headers["authorization"] for request in server.requests]
    assert [header.partition("Credential=")[2].split("/")[0] for header in headers] == [
        "testing",
        "after-ExpiredTokenException",
        "after-UnrecognizedClientException",
    ]


# Rejections


@pytest.mark.parametrize("at_most_once", [False, True])
def test_rejection_is_raised_without_a_retry(server: Server, clock: Clock, at_most_once: bool) -> None:
    item = {"key": {"S": "a"}, "used": {"N": "3"}}
    server.expect(reject(CONDITION_FAILED, Item=item))
    with pytest.raises(RequestRejected, match="ConditionalCheckFailedException: the reason") as rejected:
        call("UpdateItem", {}, at_most_once=at_most_once)
    assert (rejected.value.code, rejected.value.item, rejected.value.reasons) == (CONDITION_FAILED, item, ())
    assert (len(server.requests), clock.waits) == (1, [])


def test_cancelled_transaction_has_the_reason_of_each_part(server: Server) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "b"}}}]
    server.expect(reject("TransactionCanceledException", CancellationReasons=reasons))
    with pytest.raises(RequestRejected) as rejected:
        call("TransactWriteItems", {})
    assert (rejected.value.item, rejected.value.reasons) == (None, reasons)


@pytest.mark.parametrize("status", [400, 403, 413, 302])
def test_error_status_without_an_error_document_is_a_rejection(server: Server, status: int) -> None:
    server.expect(respond(b"<html>No</html>", status))
    with pytest.raises(RequestRejected, match=f"HTTP {status}") as rejected:
        call("GetItem", {})
    assert (rejected.value.code, rejected.value.reasons, len(server.requests)) == (f"HTTP {status}", (), 1)


# Time limits


@pytest.mark.parametrize("failure", [reject(THROTTLED), reject("InternalServerError", 500), BREAKS["cut"]])
def test_call_fails_after_four_attempts_with_growing_waits(server: Server, clock: Clock, failure: Step) -> None:
    server.otherwise = failure
    with pytest.raises(OutcomeUnknown, match=r"^PutItem: "):
        call("PutItem", {})
    assert len(server.requests) == 4
    assert clock.waits == pytest.approx([0.04, 0.08, 0.16])


def test_error_names_operation_code_and_message(server: Server) -> None:
    server.otherwise = reject(THROTTLED)
    with pytest.raises(OutcomeUnknown, match=f"^PutItem: {THROTTLED}: the reason$"):
        call("PutItem", {})


def delayed(clock: Clock, seconds: float, step: Step) -> Step:
    def slow(connection: Any, request: Request) -> bool:
        clock.now += seconds
        return step(connection, request)

    return slow


@pytest.mark.parametrize(
    ("seconds", "starts"), [(0.9, [0, 0.94, 1.92, 2.98]), (1.4, [0, 1.44, 2.92]), (2.9, [0, 2.94]), (3.0, [0])]
)
def test_no_attempt_starts_after_three_seconds(
    server: Server, clock: Clock, seconds: float, starts: Sequence[float]
) -> None:
    start, times = clock.now, list[float]()
    slow = delayed(clock, seconds, reject("InternalServerError", 500))

    def record(connection: Any, request: Request) -> bool:
        times.append(clock.now - start)
        return slow(connection, request)

    server.otherwise = record
    with pytest.raises(OutcomeUnknown):
        call("PutItem", {})
    assert times == pytest.approx(starts)


def test_last_attempt_has_only_the_remaining_time(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_RESPONSE_SECONDS", 60.0)
    server.expect(delayed(clock, 2.95, reject("InternalServerError", 500)), hang)
    with pytest.raises(OutcomeUnknown, match=r"^PutItem: timed out$"):
        call("PutItem", {})
    assert len(server.received(2)) == 2


# Items


def test_get_returns_an_item_by_its_key(server: Server) -> None:
    server.expect(respond({"Item": {"id": {"S": "a"}, "version": {"N": "3"}, "snapshot": {"B": "AP8="}}}))
    assert get("routes", {"id": {"S": "a"}}) == {"id": "a", "version": 3, "snapshot": b"\x00\xff"}
    assert operations(server) == ["GetItem"]
    assert server.requests[0].document == {"TableName": "smartlink-routes", "Key": {"id": {"S": "a"}}}


def test_get_returns_none_without_an_item(server: Server) -> None:
    server.expect(respond({}), respond({"ConsumedCapacity": {"CapacityUnits": 0.5}}))
    assert get("routes", {"id": {"S": "a"}}) is None
    assert get("routes", {"id": {"S": "a"}}) is None


def requested_items(request: Request) -> list[dict[str, Any]]:
    (batch,) = request.document["RequestItems"].values()
    return [{"key": key["key"], "used": {"N": "1"}} for key in batch["Keys"]]


def respond_with_all(connection: Any, request: Request) -> bool:
    return respond({"Responses": {"smartlink-caps": requested_items(request)}})(connection, request)


def keys(count: int) -> list[dict[str, Any]]:
    return [{"key": {"S": f"k{n}"}} for n in range(count)]


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
@pytest.mark.parametrize("consistent", [False, True])
def test_batch_get_reads_a_hundred_items_at_a_time(
    server: Server, count: int, sizes: list[int], consistent: bool
) -> None:
    server.otherwise = respond_with_all
    items = batch_get("caps", keys(count), consistent=consistent)
    assert items == [{"key": f"k{n}", "used": 1} for n in range(count)]
    batches = [request.document["RequestItems"]["smartlink-caps"] for request in server.requests]
    assert [len(batch["Keys"]) for batch in batches] == sizes
    assert [batch["ConsistentRead"] for batch in batches] == [consistent] * len(sizes)
    assert operations(server) == ["BatchGetItem"] * len(sizes)


def respond_with_one(connection: Any, request: Request) -> bool:
    """Respond with the first item and leave the other keys unprocessed."""
    ((table, batch),) = request.document["RequestItems"].items()
    unprocessed = {table: {**batch, "Keys": batch["Keys"][1:]}} if batch["Keys"][1:] else {}
    return respond({"Responses": {table: requested_items(request)[:1]}, "UnprocessedKeys": unprocessed})(
        connection, request
    )


def test_unprocessed_keys_are_requested_again(server: Server) -> None:
    server.otherwise = respond_with_one
    assert [row["key"] for row in batch_get("caps", keys(4), consistent=True)] == ["k0", "k1", "k2", "k3"]
    batches = [request.document["RequestItems"]["smartlink-caps"] for request in server.requests]
    assert [(len(batch["Keys"]), batch["ConsistentRead"]) for batch in batches] == [(n, True) for n in (4, 3, 2, 1)]


def test_keys_that_stay_unprocessed_raise(server: Server) -> None:
    server.otherwise = respond_with_one
    with pytest.raises(OutcomeUnknown, match="smartlink-caps: some keys were not processed"):
        batch_get("caps", keys(5))
    assert len(server.requests) == 4


def test_batch_get_returns_nothing_if_the_response_has_no_table(server: Server) -> None:
    server.expect(respond({"Responses": {}}))
    assert batch_get("caps", keys(1)) == []


def test_full_table_name_starts_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_PREFIX", "mine-")
    assert client.table_name("caps") == "mine-caps"
    assert settings.table_prefix() == "mine-"


def test_body_is_json_without_spaces(server: Server) -> None:
    request = {"a": [1, {"b": None}], "c": "d e"}
    call("GetItem", request)
    assert server.requests[0].body == json.dumps(request, separators=(",", ":")).encode()


# Clicks


@pytest.fixture
def click() -> Iterator[WaitLimit]:
    """The limit of a click that a test is serving."""
    limit = wait_limit.one_click(wait_limit.current)()
    token = wait_limit._of_click.set(limit)
    yield limit
    wait_limit._of_click.reset(token)


@pytest.mark.parametrize("failure", [reject(THROTTLED), reject("InternalServerError", 500), *BREAKS.values()])
def test_request_of_a_click_is_retried_once_and_soon(
    server: Server, clock: Clock, click: WaitLimit, failure: Step
) -> None:
    server.otherwise = failure
    with pytest.raises(OutcomeUnknown):
        call("PutItem", {})
    assert (len(server.requests), clock.waits) == (2, [0.01])
    assert click.seconds == pytest.approx(0.1)


def test_requests_of_a_click_have_half_a_second_together(server: Server, clock: Clock, click: WaitLimit) -> None:
    server.otherwise = delayed(clock, 0.2, respond({}))
    assert [call("GetItem", {}) for _ in range(3)] == [{}] * 3
    with pytest.raises(NotApplied, match=r"^PutItem: not sent, the click has waited too long$"):
        call("PutItem", {})
    assert len(server.requests) == 3


def test_first_attempt_of_a_click_has_half_of_its_time(
    server: Server, clock: Clock, click: WaitLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadlines = list[float]()

    def hang_until(service: object, request: bytes, deadline: float) -> None:
        deadlines.append(deadline - start)
        clock.now = deadline
        raise transport.ConnectionBroken(TimeoutError("timed out"), arrived=True)

    start = clock.now
    monkeypatch.setattr(transport, "round_trip", hang_until)
    with pytest.raises(OutcomeUnknown, match="timed out"):
        call("PutItem", {})
    assert deadlines == pytest.approx([0.25, 0.5])
    with pytest.raises(NotApplied):
        call("PutItem", {})
    assert clock.now - start == pytest.approx(0.5)


def test_update_of_a_click_that_times_out_leaves_a_tenth_of_a_second(
    clock: Clock, click: WaitLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang_until(service: object, request: bytes, deadline: float) -> None:
        clock.now = deadline
        raise transport.ConnectionBroken(TimeoutError("timed out"), arrived=True)

    start = clock.now
    monkeypatch.setattr(transport, "round_trip", hang_until)
    for _ in range(9):
        with pytest.raises(TableError):
            call("UpdateItem", {}, at_most_once=True)
    assert clock.now - start == pytest.approx(0.35)


def test_rejection_costs_a_click_no_time(server: Server, click: WaitLimit) -> None:
    server.otherwise = reject(CONDITION_FAILED)
    with pytest.raises(RequestRejected):
        call("PutItem", {})
    assert (click.seconds, click.has_failed) == (0.5, False)


@pytest.mark.parametrize(("seconds", "waited"), [(0.1, True), (0.499, True), (0.5, False), (1.0, False)])
def test_pause_ends_within_the_time_of_a_click(clock: Clock, click: WaitLimit, seconds: float, waited: bool) -> None:
    assert client.pause(seconds) is waited
    assert clock.waits == ([seconds] if waited else [])
    assert click.seconds == pytest.approx(0.5 - sum(clock.waits))


def test_pause_outside_of_a_click_has_three_seconds(clock: Clock) -> None:
    assert [client.pause(2.9), client.pause(2.9), client.pause(3.0)] == [True, True, False]
    assert clock.waits == [2.9, 2.9]
