"""Corrections around the emulator, inside its process.

1. The emulator starts one Python process per concurrent call, which costs half a second of CPU each. A burst of 160
   calls would keep two cores busy for minutes, so the number of concurrent calls is limited.
2. It marks a DynamoDB stream batch as processed whatever the function reports. AWS resends failed records.
3. It stores the read position of each stream, but not the stream. After a restart, records of the new stream would be
   skipped, so the positions are dropped.
4. It trusts the sender's `X-Forwarded-For`, and reads requests to both kinds of API alike (`local/doors.py`).
5. It sends events of format 2.0 from an HTTP API, whatever the integration says (`local/http_api.py`).
6. It does not know that the resource of sending an e-mail is the sender's identity, to which our policy is limited.
"""

import asyncio
import importlib
import json
import os
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any, cast

from local import doors, hosts
from local.asgi import Application, AsgiScope, Receive, Send

_CALLS_PER_CORE = 3


def app() -> Application:
    """Return the emulator with all corrections, as an ASGI application."""
    emulator = cast("Application", importlib.import_module("ministack.app").app)
    functions: Any = importlib.import_module("ministack.services.lambda_svc")
    functions.__dict__["_execute_function"] = with_partial_batch_failures(functions._execute_function)  # noqa: SLF001
    functions.load_persisted_state = without_stream_positions(functions.load_persisted_state)
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    actions.extract_resource_arn = with_sender_identities(actions.extract_resource_arn)
    limit, api = _CALLS_PER_CORE * (os.cpu_count() or 1), doors.install(emulator)
    return limit_concurrency(emulator, api, limit=limit, is_api_call=hosts.api_calls())


def limit_concurrency(
    emulator: Application,
    api: Application,
    *,
    limit: int,
    is_api_call: Callable[[AsgiScope], bool] = hosts.is_api_call,
) -> Application:
    """Send API calls to `api`, at most `limit` at the same time, and other requests to the emulator."""
    slots = asyncio.Semaphore(limit)

    async def limited(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if not is_api_call(scope):
            await emulator(scope, receive, send)
            return
        async with slots:
            await api(scope, receive, send)

    return limited


def with_partial_batch_failures(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Wrap `execute(function, event)`: a stream batch with failures becomes an error, so the emulator resends it.

    AWS resends from the first failure on, the emulator the whole batch. Consumers must handle both.
    """

    def wrapper(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        result = execute(function, event)
        if _is_stream_event(event) and _failures(result):
            return {**result, "error": True, "body": {"errorType": "PartialFailure", "errorMessage": "resent"}}
        return result

    return wrapper


def without_stream_positions(load: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Wrap `load(state)`: drop the positions up to which an earlier process read the streams."""

    def wrapper(state: dict[str, Any]) -> None:
        load({name: part for name, part in state.items() if name != "dynamodb_stream_positions"})

    return wrapper


def with_sender_identities(extract: Callable[..., str]) -> Callable[..., str]:
    """Wrap `extract`, which returns the resource of a call: that of an e-mail is the identity of its sender."""

    def wrapper(service: str, method: str, path: str, headers: object, body: bytes, *further: Any) -> str:  # noqa: ANN401 - as extract
        if service == "ses" and path.endswith("/outbound-emails"):
            _, region, account = further
            _, address = parseaddr(json.loads(body)["FromEmailAddress"])
            return f"arn:aws:ses:{region}:{account}:identity/{address}"
        return extract(service, method, path, headers, body, *further)

    return wrapper


def _is_stream_event(event: dict[str, Any]) -> bool:
    records = event.get("Records") or [{}]
    return "dynamodb" in records[0]


def _failures(result: dict[str, Any]) -> list[Any]:
    body = result.get("body")
    result_body = json.loads(body) if isinstance(body, str) and body.startswith("{") else body
    failed: list[Any] = result_body.get("batchItemFailures", []) if isinstance(result_body, dict) else []
    return failed
