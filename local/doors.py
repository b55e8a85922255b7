"""The two doors as API Gateway has them: a REST API and an HTTP API read requests in different ways.

Each sets `X-Forwarded-For` to the connecting address. Only a REST API compresses its answers.
"""

import importlib
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from local import http_api, request_rules
from local.asgi import Application, AsgiScope, Receive, Send
from local.compression import accepts_gzip, compressing, minimum_size
from local.hosts import host_name
from local.request_rules import Refusal

_TARGET = r"[!->@-~]+(?:[?][!-~\x80-\xff]*)?"
"""The target of a request: a path of ASCII, and a query of any bytes but white space and control characters."""


def install(emulator: Application) -> Application:
    """Make the emulator send events of format 1.0, and return the application of both doors in front of it."""
    rest: Any = importlib.import_module("ministack.services.apigateway_v1")
    http: Any = importlib.import_module("ministack.services.apigateway")
    http.__dict__["_invoke_lambda_proxy"] = http_api.with_format_1(
        http.__dict__["_invoke_lambda_proxy"], _function_of(rest)
    )
    accept_raw_bytes(*(importlib.import_module(f"h11.{name}") for name in ("_abnf", "_readers", "_events")))
    return both_doors(emulator, lambda scope: rest.find_api_scope(_api_id(rest, scope)) is not None)


def accept_raw_bytes(grammar: Any, readers: Any, events: Any) -> None:  # noqa: ANN401 - modules of the HTTP server
    """Let the HTTP server read a query with any bytes, which API Gateway does, instead of answering 400."""
    line = grammar.request_line.replace(grammar.request_target, _TARGET)
    readers.request_line_re, events.request_target_re = (re.compile(each.encode()) for each in (line, _TARGET))


def both_doors(emulator: Application, is_rest: Callable[[AsgiScope], bool]) -> Application:
    """Return an application that reads a call as its door does, and answers what the door refuses."""
    minimum = minimum_size()

    async def doors(scope: AsgiScope, receive: Receive, send: Send) -> None:
        at_rest = is_rest(scope)
        read = (request_rules.at_rest_api if at_rest else request_rules.at_http_api)(with_connecting_address(scope))
        if isinstance(read, Refusal):
            await _refuse(read, send)
            return
        http_api.request.set(read)
        compresses = at_rest and accepts_gzip(scope["headers"])
        await emulator(read, receive, compressing(send, minimum) if compresses else send)

    return doors


def with_connecting_address(scope: AsgiScope) -> AsgiScope:
    """Return the request with `X-Forwarded-For` set to the connecting address."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-for"]
    return {**scope, "headers": [*headers, (b"x-forwarded-for", scope["client"][0].encode())]}


async def _refuse(refusal: Refusal, send: Send) -> None:
    status, headers, body = http_api.failure(refusal.status)
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": int(status), "headers": [*encoded, length]})
    await send({"type": "http.response.body", "body": body})


def _api_id(rest: Any, scope: AsgiScope) -> str:  # noqa: ANN401 - a module of the emulator
    """Return the ID of the API in the host, or the one to which a custom domain is mapped."""
    name = host_name(scope)
    if ".execute-api." in name:
        return name.partition(".")[0]
    mapped: tuple[str, str, str] | None = rest.resolve_base_path_mapping(name, scope["path"])
    return mapped[0] if mapped else ""


def _function_of(rest: Any) -> Callable[..., Awaitable[Mapping[str, Any] | None]]:  # noqa: ANN401 - a module of the emulator
    """Return the function by which the emulator's REST APIs call a function: it returns None for a failed call."""

    async def call(uri: str, event: dict[str, Any], account: str, region: str) -> Mapping[str, Any] | None:
        reference = rest._extract_lambda_ref_from_integration_uri(uri)  # noqa: SLF001
        result, error = await rest._call_lambda_raw(reference, event, account_id=account, region=region)  # noqa: SLF001
        shaped: Mapping[str, Any] | None = None
        if not error:
            shaped, _ = rest._lambda_proxy_response(result)  # noqa: SLF001
        return shaped

    return call
