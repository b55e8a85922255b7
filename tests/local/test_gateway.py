import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from local import gateway
from local.asgi import AsgiScope, Receive, Send
from local.gateway import limit_concurrency

_API = {"type": "http", "headers": [(b"host", b"abc.execute-api.localhost:4566")], "client": ("127.0.0.1", 5000)}
_TABLE = {"type": "http", "headers": [(b"host", b"127.0.0.1:4566")], "client": ("127.0.0.1", 5000)}


def _max_concurrency(scope: AsgiScope, *, calls: int, limit: int) -> int:
    active = most = 0

    async def application(_: AsgiScope, __: Receive, ___: Send) -> None:
        nonlocal active, most
        active += 1
        most = max(most, active)
        await asyncio.sleep(0)
        active -= 1

    async def nothing() -> MutableMapping[str, Any]:
        return {}

    async def nowhere(_: MutableMapping[str, Any]) -> None:
        return

    async def burst() -> None:
        limited = limit_concurrency(application, application, limit=limit)
        await asyncio.gather(*(limited(dict(scope), nothing, nowhere) for _ in range(calls)))

    asyncio.run(burst())
    return most


def test_concurrent_api_calls_are_limited() -> None:
    assert _max_concurrency(_API, calls=20, limit=3) == 3


def test_calls_to_tables_and_queues_are_not_limited() -> None:
    assert _max_concurrency(_TABLE, calls=20, limit=3) == 20


def test_calls_of_an_api_go_through_its_door_and_others_do_not() -> None:
    reached = []

    async def emulator(_: AsgiScope, __: Receive, ___: Send) -> None:
        reached.append("emulator")

    async def door(_: AsgiScope, __: Receive, ___: Send) -> None:
        reached.append("door")

    async def nothing() -> MutableMapping[str, Any]:
        return {}

    async def nowhere(_: MutableMapping[str, Any]) -> None:
        return

    async def calls() -> None:
        for scope in (_API, _TABLE):
            await limit_concurrency(emulator, door, limit=1)(dict(scope), nothing, nowhere)

    asyncio.run(calls())
    assert reached == ["door", "emulator"]


STREAM = {"Records": [{"eventID": "1", "dynamodb": {}}]}


@pytest.mark.parametrize(
    ("event", "body", "is_error"),
    [
        pytest.param(STREAM, {"batchItemFailures": [{"itemIdentifier": "7"}]}, True, id="stream batch with failures"),
        pytest.param(STREAM, '{"batchItemFailures": [{"itemIdentifier": "7"}]}', True, id="failures as JSON text"),
        pytest.param(STREAM, {"batchItemFailures": []}, False, id="stream batch without failures"),
        pytest.param(STREAM, None, False, id="no body"),
        pytest.param(
            {"Records": [{"body": ""}]},
            {"batchItemFailures": [{}]},
            False,
            id="queue batch",
        ),
        pytest.param({}, {"batchItemFailures": [{}]}, False, id="no records"),
    ],
)
def test_stream_batch_with_failures_becomes_an_error(event: Any, body: Any, is_error: bool) -> None:
    execute = gateway.with_partial_batch_failures(lambda _function, _event: {"body": body})
    assert bool(execute({}, event).get("error")) is is_error


def test_stream_positions_are_dropped_on_load() -> None:
    seen: list[dict[str, Any]] = []
    gateway.without_stream_positions(seen.append)({"esms": {"a": 1}, "dynamodb_stream_positions": {"a": 3000}})
    assert seen == [{"esms": {"a": 1}}]


def test_resource_of_an_email_is_the_identity_of_its_sender() -> None:
    extract = gateway.with_sender_identities(lambda *_: "*")
    rest: tuple[Any, ...] = ({}, "us-east-1", "000000000000")
    body = b'{"FromEmailAddress": "Summer Network <network@smartlink.example>"}'
    sent = extract("ses", "POST", "/v2/email/outbound-emails", {}, body, *rest)
    assert sent == "arn:aws:ses:us-east-1:000000000000:identity/network@smartlink.example"
    assert extract("ses", "GET", "/v2/email/account", {}, b"", *rest) == "*"
