"""Stands in front of the emulated API Gateway, inside its process.

The emulator starts one Python process per call in flight, half a second of work each: a burst of 160 would keep two
cores busy for minutes. And it believes the sender's own `X-Forwarded-For`, where API Gateway reports who connected.
"""

import asyncio
import importlib
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_CALLS_PER_CORE = 3


def app() -> Application:
    """The emulator behind this gateway, for an ASGI server."""
    emulator = cast("Application", importlib.import_module("ministack.app").app)
    return in_front_of(emulator, at_once=_CALLS_PER_CORE * (os.cpu_count() or 1))


def in_front_of(emulator: Application, *, at_once: int) -> Application:
    """Let at most `at_once` API calls into the emulator, the others wait; everything else passes."""
    seats = asyncio.Semaphore(at_once)

    async def gateway(scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_api_call(scope):
            await emulator(scope, receive, send)
            return
        async with seats:
            await emulator(with_honest_sender(scope), receive, send)

    return gateway


def with_honest_sender(scope: Scope) -> Scope:
    """The same call, its `X-Forwarded-For` naming only who connected."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-for"]
    return {**scope, "headers": [*headers, (b"x-forwarded-for", scope["client"][0].encode())]}


def _is_api_call(scope: Scope) -> bool:
    return scope["type"] == "http" and any(
        name == b"host" and b".execute-api." in value for name, value in scope["headers"]
    )
