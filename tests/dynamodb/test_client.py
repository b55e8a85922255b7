"""The lean client's calls: what is asked, what is asked again, and what is not."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.dynamodb import client, transport
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
from tests.dynamodb.conftest import Clock
from tests.dynamodb.server import BREAKS, Request, Server, Step, answers, hangs, refuses

THROTTLED = "ProvisionedThroughputExceededException"


def operations(server: Server) -> list[str]:
    return [request.headers["x-amz-target"].removeprefix("DynamoDB_20120810.") for request in server.requests]


# What is sent


def test_a_request_is_one_signed_post_of_json(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    server.says(answers({"Item": {"a": {"S": "é"}}}))
    assert call("GetItem", {"TableName": "t", "Key": {"k": {"S": "é"}}}) == {"Item": {"a": {"S": "é"}}}
    (request,) = server.requests
    assert request.head.startswith("POST / HTTP/1.1\r\n")
    assert request.body == rb'{"TableName":"t","Key":{"k":{"S":"\u00e9"}}}'
    headers = request.headers
    signed = headers.pop("authorization")
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=testing/")
    assert "/us-east-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-sec" in signed
    assert len(headers.pop("x-amz-date")) == len("20261121T120000Z")
    assert headers == {
        "content-type": "application/x-amz-json-1.0",
        "host": server.url.removeprefix("http://"),
        "x-amz-security-token": "a-token",
        "x-amz-target": "DynamoDB_20120810.GetItem",
        "content-length": str(len(request.body)),
    }


def test_keys_without_a_token_send_none(server: Server) -> None:
    call("GetItem", {})
    assert "x-amz-security-token" not in server.requests[0].headers


# What is sent again


@pytest.mark.parametrize("broken", BREAKS)
def test_a_request_that_breaks_is_sent_again(server: Server, clock: Clock, broken: str) -> None:
    server.says(BREAKS[broken], BREAKS[broken], answers({"ok": True}))
    assert call("PutItem", {"n": 1}) == {"ok": True}
    assert [request.document for request in server.requests] == [{"n": 1}] * 3
    assert clock.waits == [0.04, 0.08]


@pytest.mark.parametrize("broken", BREAKS)
def test_a_request_that_must_not_be_repeated_is_sent_exactly_once(server: Server, clock: Clock, broken: str) -> None:
    server.says(BREAKS[broken])
    with pytest.raises(OutcomeUnknown):
        call("UpdateItem", {}, once=True)
    assert (operations(server), clock.waits) == (["UpdateItem"], [])


def hanging(monkeypatch: pytest.MonkeyPatch, server: Server, clock: Clock) -> None:
    """Lets the first attempt hang and be given up after 50 ms; the next one has time again."""

    def waits(seconds: float) -> None:
        server.received(1)
        clock.sleep(seconds)
        monkeypatch.setattr(transport, "_ANSWER_SECONDS", 60.0)

    server.says(hangs)
    monkeypatch.setattr(transport, "_ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=clock.monotonic, sleep=waits))


def test_a_request_that_hangs_is_sent_again(server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging(monkeypatch, server, clock)
    server.says(answers({"ok": True}))
    assert call("PutItem", {"n": 1}) == {"ok": True}
    assert [request.document for request in server.requests] == [{"n": 1}] * 2
    assert clock.waits == [0.04]


def test_a_request_that_hangs_and_must_not_be_repeated_is_not(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging(monkeypatch, server, clock)
    with pytest.raises(OutcomeUnknown, match="timed out"):
        call("UpdateItem", {}, once=True)
    assert (len(server.received(1)), server.accepted, clock.waits) == (1, 1, [])


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("code", sorted(RETRYABLE_CODES))
def test_what_was_put_off_is_asked_again(server: Server, clock: Clock, code: str, once: bool) -> None:
    server.says(refuses(code), answers({"ok": True}))
    assert call("UpdateItem", {}, once=once) == {"ok": True}
    assert (len(server.requests), clock.waits, server.accepted) == (2, [0.04], 1)


@pytest.mark.parametrize(("once", "told"), [(False, OutcomeUnknown), (True, NotApplied)])
def test_what_was_put_off_as_often_as_it_was_asked_is_given_up(
    server: Server, clock: Clock, once: bool, told: type[TableError]
) -> None:
    server.otherwise = refuses("ThrottlingException")
    with pytest.raises(told, match="ThrottlingException"):
        call("UpdateItem", {}, once=once)
    assert (len(server.requests), len(clock.waits)) == (4, 3)


def test_a_server_in_trouble_is_asked_again(server: Server) -> None:
    server.says(refuses("InternalServerError", 500), answers(b"<html>", 503), answers({"ok": True}))
    assert call("UpdateItem", {}) == {"ok": True}
    assert len(server.requests) == 3


@pytest.mark.parametrize("trouble", [refuses("InternalServerError", 500), answers(b"<html>", 503)])
def test_a_server_in_trouble_may_have_done_it_all_the_same(server: Server, trouble: Step) -> None:
    server.says(trouble)
    with pytest.raises(OutcomeUnknown, match=r"InternalServerError: said why|HTTP 503"):
        call("UpdateItem", {}, once=True)
    assert len(server.requests) == 1


@pytest.mark.parametrize("once", [False, True])
def test_stale_credentials_are_asked_for_anew(server: Server, monkeypatch: pytest.MonkeyPatch, once: bool) -> None:
    def turns_over(code: str) -> Step:
        def step(connection: Any, request: Request) -> bool:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"after-{code}")
            return refuses(code)(connection, request)

        return step

    server.says(*(turns_over(code) for code in sorted(STALE_CREDENTIALS)), answers({"ok": True}))
    assert call("UpdateItem", {}, once=once) == {"ok": True}
    names = [request.headers["authorization"].partition("Credential=")[2].split("/")[0] for request in server.requests]
    assert names == ["testing", "after-ExpiredTokenException", "after-UnrecognizedClientException"]


# What is not


@pytest.mark.parametrize("once", [False, True])
def test_a_refusal_is_told_at_once(server: Server, clock: Clock, once: bool) -> None:
    item = {"key": {"S": "a"}, "used": {"N": "3"}}
    server.says(refuses(CONDITION_FAILED, Item=item))
    with pytest.raises(RequestRejected, match="ConditionalCheckFailedException: said why") as refused:
        call("UpdateItem", {}, once=once)
    assert (refused.value.code, refused.value.item, refused.value.reasons) == (CONDITION_FAILED, item, ())
    assert (len(server.requests), clock.waits) == (1, [])


def test_a_refused_transaction_tells_the_reason_of_each_part(server: Server) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "b"}}}]
    server.says(refuses("TransactionCanceledException", CancellationReasons=reasons))
    with pytest.raises(RequestRejected) as refused:
        call("TransactWriteItems", {})
    assert (refused.value.item, refused.value.reasons) == (None, reasons)


@pytest.mark.parametrize("status", [400, 403, 413, 302])
def test_an_answer_that_is_not_dynamodbs_own_is_a_refusal_too(server: Server, status: int) -> None:
    server.says(answers(b"<html>No</html>", status))
    with pytest.raises(RequestRejected, match=f"HTTP {status}") as refused:
        call("GetItem", {})
    assert (refused.value.code, refused.value.reasons, len(server.requests)) == (f"HTTP {status}", (), 1)


# How long


@pytest.mark.parametrize("trouble", [refuses(THROTTLED), refuses("InternalServerError", 500), BREAKS["cut"]])
def test_after_four_attempts_and_growing_waits_it_is_given_up(server: Server, clock: Clock, trouble: Step) -> None:
    server.otherwise = trouble
    with pytest.raises(OutcomeUnknown, match=r"^PutItem: "):
        call("PutItem", {})
    assert len(server.requests) == 4
    assert clock.waits == pytest.approx([0.04, 0.08, 0.16])


def test_what_was_the_trouble_is_told(server: Server) -> None:
    server.otherwise = refuses(THROTTLED)
    with pytest.raises(OutcomeUnknown, match=f"^PutItem: {THROTTLED}: said why$"):
        call("PutItem", {})


def taking(clock: Clock, seconds: float, step: Step) -> Step:
    def slow(connection: Any, request: Request) -> bool:
        clock.now += seconds
        return step(connection, request)

    return slow


@pytest.mark.parametrize(
    ("seconds", "asked"), [(0.9, [0, 0.94, 1.92, 2.98]), (1.4, [0, 1.44, 2.92]), (2.9, [0, 2.94]), (3.0, [0])]
)
def test_no_attempt_begins_after_three_seconds(
    server: Server, clock: Clock, seconds: float, asked: Sequence[float]
) -> None:
    began, times = clock.now, list[float]()
    slow = taking(clock, seconds, refuses("InternalServerError", 500))

    def noted(connection: Any, request: Request) -> bool:
        times.append(clock.now - began)
        return slow(connection, request)

    server.otherwise = noted
    with pytest.raises(OutcomeUnknown):
        call("PutItem", {})
    assert times == pytest.approx(asked)


def test_the_last_attempt_has_only_the_time_that_is_left(
    server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_ANSWER_SECONDS", 60.0)
    server.says(taking(clock, 2.95, refuses("InternalServerError", 500)), hangs)
    with pytest.raises(OutcomeUnknown, match=r"^PutItem: timed out$"):
        call("PutItem", {})
    assert len(server.received(2)) == 2


# Items


def test_an_item_is_read_by_its_key(server: Server) -> None:
    server.says(answers({"Item": {"id": {"S": "a"}, "version": {"N": "3"}, "snapshot": {"B": "AP8="}}}))
    assert get("routes", {"id": {"S": "a"}}) == {"id": "a", "version": 3, "snapshot": b"\x00\xff"}
    assert operations(server) == ["GetItem"]
    assert server.requests[0].document == {"TableName": "smartlink-routes", "Key": {"id": {"S": "a"}}}


def test_where_there_is_no_item_there_is_none(server: Server) -> None:
    server.says(answers({}), answers({"ConsumedCapacity": {"CapacityUnits": 0.5}}))
    assert get("routes", {"id": {"S": "a"}}) is None
    assert get("routes", {"id": {"S": "a"}}) is None


def finds(request: Request) -> list[dict[str, Any]]:
    (asked,) = request.document["RequestItems"].values()
    return [{"key": key["key"], "used": {"N": "1"}} for key in asked["Keys"]]


def finds_all(connection: Any, request: Request) -> bool:
    return answers({"Responses": {"smartlink-caps": finds(request)}})(connection, request)


def keys(count: int) -> list[dict[str, Any]]:
    return [{"key": {"S": f"k{n}"}} for n in range(count)]


@pytest.mark.parametrize(
    ("count", "portions"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
@pytest.mark.parametrize("consistent", [False, True])
def test_many_items_are_read_a_hundred_at_a_time(
    server: Server, count: int, portions: list[int], consistent: bool
) -> None:
    server.otherwise = finds_all
    found = batch_get("caps", keys(count), consistent=consistent)
    assert found == [{"key": f"k{n}", "used": 1} for n in range(count)]
    asked = [request.document["RequestItems"]["smartlink-caps"] for request in server.requests]
    assert [len(each["Keys"]) for each in asked] == portions
    assert [each["ConsistentRead"] for each in asked] == [consistent] * len(portions)
    assert operations(server) == ["BatchGetItem"] * len(portions)


def finds_one(connection: Any, request: Request) -> bool:
    """Answers the first key and leaves the others."""
    ((table, asked),) = request.document["RequestItems"].items()
    left = {table: {**asked, "Keys": asked["Keys"][1:]}} if asked["Keys"][1:] else {}
    return answers({"Responses": {table: finds(request)[:1]}, "UnprocessedKeys": left})(connection, request)


def test_keys_that_were_left_are_asked_again(server: Server) -> None:
    server.otherwise = finds_one
    assert [row["key"] for row in batch_get("caps", keys(4), consistent=True)] == ["k0", "k1", "k2", "k3"]
    asked = [request.document["RequestItems"]["smartlink-caps"] for request in server.requests]
    assert [(len(each["Keys"]), each["ConsistentRead"]) for each in asked] == [(n, True) for n in (4, 3, 2, 1)]


def test_keys_that_stay_unread_are_not_taken_for_missing(server: Server) -> None:
    server.otherwise = finds_one
    with pytest.raises(OutcomeUnknown, match="smartlink-caps: some keys stay unread"):
        batch_get("caps", keys(5))
    assert len(server.requests) == 4


def test_of_a_table_that_answers_nothing_nothing_is_found(server: Server) -> None:
    server.says(answers({"Responses": {}}))
    assert batch_get("caps", keys(1)) == []


def test_a_tables_whole_name_begins_with_the_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_PREFIX", "mine-")
    assert client.table_name("caps") == "mine-caps"
    assert settings.table_prefix() == "mine-"


def test_a_body_is_json_without_spaces(server: Server) -> None:
    asked = {"a": [1, {"b": None}], "c": "d e"}
    call("GetItem", asked)
    assert server.requests[0].body == json.dumps(asked, separators=(",", ":")).encode()
