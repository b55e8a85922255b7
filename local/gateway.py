"""Stands in front of the emulated API Gateway, inside its process.

The emulator starts one Python process per call in flight, half a second of work each: a burst of 160 would keep two
cores busy for minutes. It takes a batch of a DynamoDB stream for done whatever the function reports, where AWS sends
what failed again. It keeps how far each stream was read and not the stream, so that nothing of a new one would be read
for long after a start. And it believes the sender's own `X-Forwarded-For`, where API Gateway reports who connected.
"""

import asyncio
import importlib
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[AsgiScope, Receive, Send], Awaitable[None]]

_CALLS_PER_CORE = 3


def app() -> Application:
    """The emulator behind this gateway, for an ASGI server."""
    emulator = cast("Application", importlib.import_module("ministack.app").app)
    functions: Any = importlib.import_module("ministack.services.lambda_svc")
    functions.__dict__["_execute_function"] = with_partial_failures(functions._execute_function)  # noqa: SLF001
    functions.load_persisted_state = without_positions(functions.load_persisted_state)
    return in_front_of(emulator, at_once=_CALLS_PER_CORE * (os.cpu_count() or 1))


def in_front_of(emulator: Application, *, at_once: int) -> Application:
    """Let at most `at_once` API calls into the emulator, the others wait; everything else passes."""
    seats = asyncio.Semaphore(at_once)

    async def gateway(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if not _is_api_call(scope):
            await emulator(scope, receive, send)
            return
        async with seats:
            await emulator(with_honest_sender(scope), receive, send)

    return gateway


def with_honest_sender(scope: AsgiScope) -> AsgiScope:
    """The same call, its `X-Forwarded-For` naming only who connected."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-for"]
    return {**scope, "headers": [*headers, (b"x-forwarded-for", scope["client"][0].encode())]}


def with_partial_failures(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`execute(function, event)`, an error where a stream's batch comes back with failures: it is sent again.

    AWS sends it again from the first failure on; this way from its beginning, which a consumer must bear as well.
    """

    def executed(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        result = execute(function, event)
        if _is_of_a_stream(event) and _failures(result):
            return {**result, "error": True, "body": {"errorType": "PartialFailure", "errorMessage": "sent again"}}
        return result

    return executed


def without_positions(load: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """`load(state)`, the places left out up to which the streams of an earlier process were read."""

    def loaded(state: dict[str, Any]) -> None:
        load({name: part for name, part in state.items() if name != "dynamodb_stream_positions"})

    return loaded


def _is_of_a_stream(event: dict[str, Any]) -> bool:
    records = event.get("Records") or [{}]
    return "dynamodb" in records[0]


def _failures(result: dict[str, Any]) -> list[Any]:
    body = result.get("body")
    answer = json.loads(body) if isinstance(body, str) and body.startswith("{") else body
    failed: list[Any] = answer.get("batchItemFailures", []) if isinstance(answer, dict) else []
    return failed


def _is_api_call(scope: AsgiScope) -> bool:
    return scope["type"] == "http" and any(
        name == b"host" and b".execute-api." in value for name, value in scope["headers"]
    )
