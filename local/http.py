"""A small HTTP client that finds `*.localhost` on loopback, whatever the resolver says."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class LocalResponse:
    """What came back: `headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever the server said
        """The body as JSON."""
        return json.loads(self.body)


def get(url: str, headers: dict[str, str] | None = None) -> LocalResponse:
    """GET without following redirects."""
    return send("GET", url, headers=headers)


def send(method: str, url: str, *, body: object = None, headers: dict[str, str] | None = None) -> LocalResponse:
    """One request, a JSON `body` if given; raises OSError where nothing answers."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    said = {"Host": parts.netloc, **(headers or {})}
    if body is not None:
        said["Content-Type"] = "application/json"
    try:
        payload = None if body is None else json.dumps(body)
        connection.request(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", payload, said)
        answer = connection.getresponse()
        return LocalResponse(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    return kind("127.0.0.1" if host.endswith(".localhost") else host, port, timeout=_SECONDS)
