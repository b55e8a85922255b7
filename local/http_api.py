"""Payload format 1.0 for the emulator's HTTP APIs, inside its process.

The emulator sends format 2.0 whatever the integration says, with a fixed source address, and reads the answer as one in
format 2.0. The formats: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any
from urllib.parse import unquote

from local.asgi import AsgiScope

Response = tuple[int, dict[str, Any], bytes]
"""Status, headers and body, as the emulator sends them. A header may have a list of values."""

Invoke = Callable[..., Awaitable[Response]]
Values = Mapping[str, list[str]]

request: ContextVar[AsgiScope] = ContextVar("request")
"""The request that is being answered: the emulator joins the values of repeated headers."""

_ABSENT = (
    *("accessKey", "accountId", "caller", "cognitoAmr", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn"),
)
"""Fields of the caller's identity that an API without an authorizer leaves empty."""

_ARGUMENTS = ("api_id", "stage", "path", "method", "headers", "body", "query_params", "route_key", "path_params")
"""The arguments of the emulator's `_invoke_lambda_proxy` behind the integration, in their order."""

_TEXT = ("text/", "application/json", "application/xml", "application/javascript")
_DEFAULT_TYPE = {"content-type": "text/plain;charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a route: the API and its account, the route's key (`GET /s/{code+}`), and what the emulator read."""

    account_id: str
    api_id: str
    stage: str
    route_key: str
    method: str
    path: str
    path_parameters: Mapping[str, str]
    query: Values
    body: bytes


def event(call: Call, scope: AsgiScope) -> dict[str, Any]:
    """Return the event in format 1.0."""
    headers = _by_name((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
    text, is_base64 = _body(call.body, headers.get("content-type", [""])[-1])
    return {
        "version": "1.0",
        "resource": _route(call),
        "path": call.path,
        "httpMethod": call.method,
        "headers": _last_values(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last_values(call.query) or None,
        "multiValueQueryStringParameters": dict(call.query) or None,
        "requestContext": _context(call, _last_values(headers), scope["client"][0]),
        "pathParameters": dict(call.path_parameters) or None,
        "stageVariables": None,
        "body": text,
        "isBase64Encoded": is_base64,
    }


def _context(call: Call, headers: Mapping[str, str], address: str) -> dict[str, Any]:
    host, now, request_id = headers.get("host", ""), time.time(), token_urlsafe(11) + "="
    return {
        "accountId": call.account_id,
        "apiId": call.api_id,
        "authorizer": {"claims": None, "scopes": None},
        "domainName": host.partition(":")[0],
        "domainPrefix": host.partition(".")[0],
        "extendedRequestId": request_id,
        "httpMethod": call.method,
        "identity": {**dict.fromkeys(_ABSENT), "sourceIp": address, "userAgent": headers.get("user-agent", "")},
        "path": call.path,
        "protocol": "HTTP/1.1",
        "requestId": request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": call.route_key,
        "resourcePath": _route(call),
        "stage": call.stage,
    }


def _route(call: Call) -> str:
    """Return the path of the route's key. The route `$default` has none: its resource is the path that was called."""
    return call.route_key.partition(" ")[2] or call.path


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _last_values(values: Values) -> dict[str, str]:
    return {name: several[-1] for name, several in values.items()}


def _body(body: bytes, media: str) -> tuple[str | None, bool]:
    """Return the body, and whether it is in base64: as is a body of any type that is not known to be text."""
    if not body:
        return None, False
    if media.lower().startswith(_TEXT):
        return body.decode(errors="replace"), False
    return base64.b64encode(body).decode(), True


def response(result: Mapping[str, Any]) -> Response:
    """Return what an HTTP API sends for the result of a function in format 1.0.

    A header of `multiValueHeaders` replaces the one of `headers`. A body in base64 is sent as bytes, whatever types the
    caller accepts. A result in another format is an error of the function.
    """
    if not isinstance(result.get("statusCode"), int):
        return failure(HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {**_DEFAULT_TYPE, **{name.lower(): value for name, value in (result.get("headers") or {}).items()}}
    several = {name.lower(): list(values) for name, values in (result.get("multiValueHeaders") or {}).items() if values}
    text: str = result.get("body") or ""
    body = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
    return result["statusCode"], {**headers, **several}, body


def failure(status: HTTPStatus) -> Response:
    """Return the answer of the HTTP API itself."""
    words = status.phrase.title() if status < HTTPStatus.INTERNAL_SERVER_ERROR else "Internal Server Error"
    return status, {"content-type": "application/json"}, json.dumps({"message": words}).encode()


def with_format_1(invoke: Invoke, function: Callable[..., Awaitable[Mapping[str, Any] | None]]) -> Invoke:
    """Wrap the emulator's `_invoke_lambda_proxy`: an integration of format 1.0 gets events of format 1.0.

    `function(reference, event, account, region)` calls a function and returns its result, or None if it failed.
    """

    async def wrapper(integration: Mapping[str, Any], *arguments: Any, **named: Any) -> Response:  # noqa: ANN401 - as the emulator
        if integration.get("payloadFormatVersion") != "1.0":
            return await invoke(integration, *arguments, **named)
        values = {**dict(zip(_ARGUMENTS, arguments, strict=False)), **named}
        account, region = values["owner_account_id"], values["owner_region"]
        result = await function(integration["integrationUri"], event(_call(values), request.get()), account, region)
        return failure(HTTPStatus.INTERNAL_SERVER_ERROR) if result is None else response(result)

    return wrapper


def _call(values: Mapping[str, Any]) -> Call:
    return Call(
        account_id=values["owner_account_id"],
        api_id=values["api_id"],
        stage=values["stage"],
        route_key=values["route_key"],
        method=values["method"],
        path=_decoded(values["path"]),
        path_parameters={name: _decoded(value) for name, value in (values["path_params"] or {}).items()},
        query=values["query_params"] or {},
        body=values["body"],
    )


def _decoded(path: str) -> str:
    """Return a path that `request_rules.at_http_api` encoded, and the emulator once more."""
    return unquote(unquote(path))
