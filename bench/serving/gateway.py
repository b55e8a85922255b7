"""HTTP to the Lambda handler, as API Gateway does it: a WSGI application for granian.

One request at a time per process, as in a Lambda. `/s/{code}` is a click, answered by the whole application; `/bare` is
a bare 302, the floor. The visitor's address is the first of `X-Forwarded-For`, as if a load balancer stood in front:
something for benchmarks on loopback, never to be put on a network.
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
_STATUS = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}


def gateway(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers one request."""
    if environ["PATH_INFO"] == BARE:
        start_response(_STATUS[302], _BARE_HEADERS)
        return [b""]
    given = app(event(visit_of(environ)), None)
    start_response(_STATUS[given["statusCode"]], headers_of(given))
    return [given["body"].encode()]


def visit_of(environ: WSGIEnvironment) -> Visit:
    """The visit that the request is; header names in lower case."""
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    address = headers.get("x-forwarded-for", "127.0.0.1").partition(",")[0]
    code = environ["PATH_INFO"].removeprefix("/s/")
    return Visit(code, headers, address, dict(parse_qsl(environ["QUERY_STRING"])))


def headers_of(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headers of a Lambda's answer, names in lower case, one pair for each value."""
    single = list(given.get("headers", {}).items())
    several = [(name, each) for name, values in given.get("multiValueHeaders", {}).items() for each in values]
    return [(name.lower(), value) for name, value in [*single, *several]]
