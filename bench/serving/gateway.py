"""API Gateway's part for the benchmarks: a WSGI application for granian that calls the Lambda handler.

One request at a time per process, as in a Lambda. `/s/{code}` is a click, served by the whole application; `/bare` is a
bare 302, the floor. The visitor's address is the first of `X-Forwarded-For`, as behind a load balancer. Use it only on
loopback.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from app import app
from bench.serving.event import Visit, event

BARE = "/bare"
_BARE_HEADERS = [("location", "https://offer.example/land"), ("cache-control", "no-store")]
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def gateway(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve one request."""
    if environ["PATH_INFO"] == BARE:
        start_response(_STATUS[302], _BARE_HEADERS)
        return [b""]
    response = app(event(visit_of(environ)), None)
    start_response(_STATUS[response["statusCode"]], headers_of(response))
    return [response["body"].encode()]


def visit_of(environ: WSGIEnvironment) -> Visit:
    """Return the visit of a request. Header names are in lower case."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    address = headers.get("x-forwarded-for", "127.0.0.1").partition(",")[0]
    code = environ["PATH_INFO"].removeprefix("/s/")
    return Visit(code, headers, address, dict(parse_qsl(environ["QUERY_STRING"])))


def headers_of(response: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the headers of a Lambda's response: names in lower case, one pair per value."""
    single = list(response.get("headers", {}).items())
    several = [(name, value) for name, values in response.get("multiValueHeaders", {}).items() for value in values]
    return [(name.lower(), value) for name, value in [*single, *several]]
