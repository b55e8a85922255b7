"""The endpoint over HTTP: packets, counts, latency, and its end with the parent process."""

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
def server() -> Iterator[FakeEndpoint]:
    with endpoint({"smartlink-links": [LINK]}) as running:
        yield running


def request(operation: str, document: dict[str, Any]) -> bytes:
    body = json.dumps(document).encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.{operation}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def put(click_id: str) -> bytes:
    return request("PutItem", {"TableName": "smartlink-clicks", "Item": {"click_id": {"S": click_id}}})


def received(sock: socket.socket, responses: int) -> bytes:
    """Read `responses` responses with an empty document."""
    got = b""
    while got.count(b"\r\n\r\n{}") < responses:
        piece = sock.recv(65536)
        assert piece
        got += piece
    return got


def connected(server: FakeEndpoint) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=5)


def call(server: FakeEndpoint, operation: str, document: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        connection.request("POST", "/", json.dumps(document), headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def stored(server: FakeEndpoint) -> set[str]:
    return {key[0] for key in server.keys("clicks")}


def test_pipelined_requests_are_all_answered(server: FakeEndpoint) -> None:
    with connected(server) as sock:
        sock.sendall(put("one") + put("two") + put("three"))
        received(sock, 3)
    assert stored(server) >= {"one", "two", "three"}


def test_request_in_several_packets_is_reassembled(server: FakeEndpoint) -> None:
    whole = put("pieces")
    with connected(server) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(len(whole)):
            sock.sendall(whole[n : n + 1])
        received(sock, 1)
    assert "pieces" in stored(server)


def test_response_has_its_checksum(server: FakeEndpoint) -> None:
    request_document = {"TableName": "smartlink-links", "Key": {"code": LINK["code"]}}
    status, headers, body = call(server, "GetItem", request_document)
    assert (status, json.loads(body)) == (200, {"Item": LINK})
    assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
    assert headers["Content-Type"] == "application/x-amz-json-1.0"


def test_boto3_works_with_the_endpoint(server: FakeEndpoint) -> None:
    client = boto3.client("dynamodb", endpoint_url=server.url, config=Config(retries={"total_max_attempts": 1}))
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


def test_requests_and_bytes_are_counted_without_inspection_requests(server: FakeEndpoint) -> None:
    before = server.traffic()
    with connected(server) as sock:
        sock.sendall(put("counted"))
        response = received(sock, 1)
    traffic = server.traffic().since(before)
    assert traffic.requests == {"PutItem": 1}
    assert traffic.bytes_in == {"PutItem": len(put("counted"))}
    assert traffic.bytes_out == {"PutItem": len(response)}
    assert traffic.calls == 1


def test_concurrent_updates_stop_at_the_limit(server: FakeEndpoint) -> None:
    take = {
        "TableName": "smartlink-caps",
        "Key": {"key": {"S": "busy"}},
        "UpdateExpression": "ADD used :one",
        "ConditionExpression": "attribute_not_exists(used) OR used < :limit",
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":limit": {"N": "30"}},
    }
    with ThreadPoolExecutor(4) as callers:
        statuses = [each[0] for each in callers.map(lambda _: call(server, "UpdateItem", take), range(50))]
    assert (statuses.count(200), statuses.count(400)) == (30, 20)


def test_invalid_request_gets_an_error_and_the_connection_still_works(server: FakeEndpoint) -> None:
    with connected(server) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nX-Amz-Target: D.PutItem\r\nContent-Length: 3\r\n\r\n{x}" + put("after"))
        assert received(sock, 1).startswith(b"HTTP/1.1 400 ")
    assert "after" in stored(server)


def test_responses_have_the_configured_latency() -> None:
    with endpoint({}, latency_ms=30) as late, connected(late) as sock:
        start = time.monotonic()
        sock.sendall(put("late"))
        received(sock, 1)
        assert time.monotonic() - start >= 0.03


def test_endpoint_stops_at_the_end() -> None:
    with endpoint({}) as running:
        pass
    with pytest.raises(ConnectionRefusedError):
        connected(running)


def test_traffic_since_omits_unchanged_counts() -> None:
    earlier = WireTraffic({"GetItem": 2, "PutItem": 1}, {"GetItem": 20}, {"GetItem": 10}, 1)
    now = WireTraffic({"GetItem": 2, "PutItem": 3}, {"GetItem": 20, "PutItem": 7}, {"GetItem": 10}, 2)
    assert now.since(earlier) == WireTraffic({"PutItem": 2}, {"PutItem": 7}, {}, 1)
