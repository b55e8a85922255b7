"""A small HTTP client that connects to loopback for `*.localhost`, without a DNS lookup."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class LocalResponse:
    """An HTTP response. The names in `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body, parsed as JSON."""
        return json.loads(self.body)


def get(url: str, headers: dict[str, str] | None = None) -> LocalResponse:
    """Send a GET request without following redirects."""
    return send("GET", url, headers=headers)


def send(method: str, url: str, *, body: object = None, headers: dict[str, str] | None = None) -> LocalResponse:
    """Send one request, with `body` as JSON if it is not None. Raise OSError if the server does not respond."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    all_headers = {"Host": parts.netloc, **(headers or {})}
    if body is not None:
        all_headers["Content-Type"] = "application/json"
    try:
        payload = None if body is None else json.dumps(body)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request(method, target, payload, all_headers)
        response = connection.getresponse()
        headers_read = {name.lower(): value for name, value in response.getheaders()}
        return LocalResponse(response.status, headers_read, response.read())
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    return kind("127.0.0.1" if host.endswith(".localhost") else host, port, timeout=_SECONDS)
