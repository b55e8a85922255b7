import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from local import gateway
from local.gateway import AsgiScope, Receive, Send, in_front_of, with_honest_sender

_API = {"type": "http", "headers": [(b"host", b"abc.execute-api.localhost:4566")], "client": ("127.0.0.1", 5000)}
_TABLE = {"type": "http", "headers": [(b"host", b"127.0.0.1:4566")], "client": ("127.0.0.1", 5000)}


def _most_at_once(scope: AsgiScope, *, calls: int, at_once: int) -> int:
    inside = most = 0

    async def emulator(_: AsgiScope, __: Receive, ___: Send) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1

    async def nothing() -> MutableMapping[str, Any]:
        return {}

    async def nowhere(_: MutableMapping[str, Any]) -> None:
        return

    async def burst() -> None:
        guarded = in_front_of(emulator, at_once=at_once)
        await asyncio.gather(*(guarded(dict(scope), nothing, nowhere) for _ in range(calls)))

    asyncio.run(burst())
    return most


def test_a_burst_of_api_calls_enters_as_many_at_a_time_as_there_are_seats() -> None:
    assert _most_at_once(_API, calls=20, at_once=3) == 3


def test_the_functions_own_calls_to_tables_and_queues_never_wait() -> None:
    assert _most_at_once(_TABLE, calls=20, at_once=3) == 20


def test_a_forged_sender_is_replaced_by_who_connected() -> None:
    forged = {**_API, "headers": [*_API["headers"], (b"x-forwarded-for", b"8.8.8.8")]}
    assert with_honest_sender(forged)["headers"] == [*_API["headers"], (b"x-forwarded-for", b"127.0.0.1")]


STREAM = {"Records": [{"eventID": "1", "dynamodb": {}}]}


@pytest.mark.parametrize(
    ("event", "body", "is_error"),
    [
        pytest.param(STREAM, {"batchItemFailures": [{"itemIdentifier": "7"}]}, True, id="a stream's failures"),
        pytest.param(STREAM, '{"batchItemFailures": [{"itemIdentifier": "7"}]}', True, id="as text"),
        pytest.param(STREAM, {"batchItemFailures": []}, False, id="a stream's batch that is done"),
        pytest.param(STREAM, None, False, id="no answer"),
        pytest.param({"Records": [{"body": ""}]}, {"batchItemFailures": [{}]}, False, id="a queue's, which it knows"),
        pytest.param({}, {"batchItemFailures": [{}]}, False, id="no records at all"),
    ],
)
def test_a_streams_batch_with_failures_is_sent_again(event: Any, body: Any, is_error: bool) -> None:
    executed = gateway.with_partial_failures(lambda _function, _event: {"body": body})
    assert bool(executed({}, event).get("error")) is is_error


def test_streams_are_read_from_their_beginning_after_a_start() -> None:
    seen: list[dict[str, Any]] = []
    gateway.without_positions(seen.append)({"esms": {"a": 1}, "dynamodb_stream_positions": {"a": 3000}})
    assert seen == [{"esms": {"a": 1}}]
