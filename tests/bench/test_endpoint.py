"""The endpoint over the wire: whatever the packets, counted, whole, and gone with who started it."""

import json
import socket
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config

from bench.endpoint import FakeEndpoint, WireTraffic, endpoint

LINK: dict[str, Any] = {"code": {"S": "abcdefghij"}, "active": {"BOOL": True}}


@pytest.fixture(scope="module")
def there() -> Iterator[FakeEndpoint]:
    with endpoint({"smartlink-links": [LINK]}) as running:
        yield running


def request(operation: str, document: dict[str, Any]) -> bytes:
    body = json.dumps(document).encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def put(click_id: str) -> bytes:
    return request("PutItem", {"TableName": "smartlink-clicks", "Item": {"click_id": {"S": click_id}}})


def received(sock: socket.socket, answers: int) -> bytes:
    """That many answers with an empty document."""
    got = b""
    while got.count(b"\r\n\r\n{}") < answers:
        piece = sock.recv(65536)
        assert piece
        got += piece
    return got


def connected(there: FakeEndpoint) -> socket.socket:
    return socket.create_connection(("127.0.0.1", there.port), timeout=5)


def call(there: FakeEndpoint, operation: str, document: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", there.port, timeout=5)
    try:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        connection.request("POST", "/", json.dumps(document), headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def stored(there: FakeEndpoint) -> set[str]:
    return {key[0] for key in there.keys("clicks")}


def test_requests_in_one_packet_are_each_answered(there: FakeEndpoint) -> None:
    with connected(there) as sock:
        sock.sendall(put("one") + put("two") + put("three"))
        received(sock, 3)
    assert stored(there) >= {"one", "two", "three"}


def test_a_request_in_pieces_is_put_together(there: FakeEndpoint) -> None:
    whole = put("pieces")
    with connected(there) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(len(whole)):
            sock.sendall(whole[n : n + 1])
        received(sock, 1)
    assert "pieces" in stored(there)


def test_the_answer_carries_its_checksum(there: FakeEndpoint) -> None:
    asked = {"TableName": "smartlink-links", "Key": {"code": LINK["code"]}}
    status, headers, body = call(there, "GetItem", asked)
    assert (status, json.loads(body)) == (200, {"Item": LINK})
    assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
    assert headers["Content-Type"] == "application/x-amz-json-1.0"


def test_boto3_takes_it_for_dynamodb(there: FakeEndpoint) -> None:
    client = boto3.client("dynamodb", endpoint_url=there.url, config=Config(retries={"total_max_attempts": 1}))
    key = {"key": {"S": "boto3"}}
    update: dict[str, Any] = {
        "TableName": "smartlink-caps",
        "Key": key,
        "UpdateExpression": "ADD used :one",
        "ConditionExpression": "attribute_not_exists(used)",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    client.update_item(**update)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.update_item(**update)
    assert client.get_item(TableName="smartlink-caps", Key=key)["Item"]["used"] == {"N": "1"}
    client.close()


def test_what_is_counted_are_requests_and_their_bytes_and_not_the_questions(there: FakeEndpoint) -> None:
    before = there.traffic()
    with connected(there) as sock:
        sock.sendall(put("counted"))
        answer = received(sock, 1)
    traffic = there.traffic().since(before)
    assert traffic.requests == {"PutItem": 1}
    assert traffic.bytes_in == {"PutItem": len(put("counted"))}
    assert traffic.bytes_out == {"PutItem": len(answer)}
    assert traffic.calls == 1


def test_a_counter_raised_by_many_at_once_stops_at_its_limit(there: FakeEndpoint) -> None:
    take = {
        "TableName": "smartlink-caps",
        "Key": {"key": {"S": "busy"}},
        "UpdateExpression": "ADD used :one",
        "ConditionExpression": "attribute_not_exists(used) OR used < :limit",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":limit": {"N": "30"}},
    }
    with ThreadPoolExecutor(4) as callers:
        statuses = [each[0] for each in callers.map(lambda _: call(there, "UpdateItem", take), range(50))]
    assert (statuses.count(200), statuses.count(400)) == (30, 20)


def test_nonsense_is_answered_by_an_error_and_the_next_request_as_ever(there: FakeEndpoint) -> None:
    with connected(there) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nX-Amz-Target: D.PutItem\r\nContent-Length: 3\r\n\r\n{x}" + put("after"))
        assert received(sock, 1).startswith(b"HTTP/1.1 400 ")
    assert "after" in stored(there)


def test_answers_are_as_late_as_asked_for() -> None:
    with endpoint({}, latency_ms=30) as late, connected(late) as sock:
        began = time.monotonic()
        sock.sendall(put("late"))
        received(sock, 1)
        assert time.monotonic() - began >= 0.03


def test_it_is_gone_afterwards() -> None:
    with endpoint({}) as running:
        pass
    with pytest.raises(ConnectionRefusedError):
        connected(running)


def test_traffic_since_leaves_out_what_did_not_move() -> None:
    earlier = WireTraffic({"GetItem": 2, "PutItem": 1}, {"GetItem": 20}, {"GetItem": 10}, 1)
    now = WireTraffic({"GetItem": 2, "PutItem": 3}, {"GetItem": 20, "PutItem": 7}, {"GetItem": 10}, 2)
    assert now.since(earlier) == WireTraffic({"PutItem": 2}, {"PutItem": 7}, {}, 1)
