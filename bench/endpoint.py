"""A DynamoDB-compatible endpoint on loopback, in its own process, that counts requests and bytes."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

from bench.dynamodb_server.tables import schema_of
from bench.dynamodb_server.values import TypedItem
from bench.processes import ROOT, run_server

PREFIX = "smartlink-"
"""Prefix of the table names."""

_SECONDS = 30


@dataclass(frozen=True, slots=True)
class WireTraffic:
    """Counts since the start: requests and bytes (heads and bodies) by operation, and connections."""

    requests: Mapping[str, int]
    bytes_in: Mapping[str, int]
    bytes_out: Mapping[str, int]
    connections: int

    @property
    def calls(self) -> int:
        """Requests of all operations."""
        return sum(self.requests.values())

    def since(self, earlier: "WireTraffic") -> "WireTraffic":
        """Return the traffic after `earlier`."""
        return WireTraffic(
            _minus(self.requests, earlier.requests),
            _minus(self.bytes_in, earlier.bytes_in),
            _minus(self.bytes_out, earlier.bytes_out),
            self.connections - earlier.connections,
        )


def _minus(now: Mapping[str, int], earlier: Mapping[str, int]) -> dict[str, int]:
    difference = {name: count - earlier.get(name, 0) for name, count in now.items()}
    return {name: count for name, count in difference.items() if count}


@dataclass(frozen=True, slots=True)
class FakeEndpoint:
    """A running endpoint."""

    port: int

    @property
    def url(self) -> str:
        """The endpoint URL for clients."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for an application that uses this endpoint, all that a deployed redirect reads."""
        return {
            "AWS_REGION": "us-east-1",
            "CLICK_DAYS": "90",
            "EDGE_SECRET": "",
            "VISITOR_HASH_KEY": "bench",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
            "TABLE_PREFIX": PREFIX,
            "UNWRITTEN_CLICKS_QUEUE_URL": f"{self.url}/unwritten-clicks",
        }

    def traffic(self) -> WireTraffic:
        """Return the traffic so far. This request is not counted."""
        return WireTraffic(**self._ask("traffic"))

    def keys(self, table: str) -> list[tuple[str, ...]]:
        """Return the keys of a table's items. `table` has no prefix."""
        return [tuple(key) for key in self._ask(f"keys/{PREFIX}{table}")]

    def items(self, table: str) -> list[TypedItem]:
        """Return a table's items in DynamoDB's JSON, in order of insertion."""
        items: list[TypedItem] = self._ask(f"items/{PREFIX}{table}")
        return items

    def _ask(self, question: str) -> Any:  # noqa: ANN401 - JSON
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            connection.request("GET", f"/-/{quote(question)}")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def environment_without_options() -> dict[str, str]:
    """Return the environment without AWS settings and options that change the application or Python's start."""
    options = {
        "LOG_CLICKS",
        "EDGE_SECRET",
        "TABLE_CLIENT",
        "CLICK_SECONDS",
        "ONLY_REDIRECT",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPROFILEIMPORTTIME",
    }
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {name: value for name, value in variables.items() if name not in options}


def stack_schema() -> dict[str, list[str]]:
    """Return the key attributes of the stack's tables, by prefixed name."""
    return schema_of((ROOT / ".chalice" / "resources.json").read_text(), PREFIX)


@contextmanager
def endpoint(items: Mapping[str, Iterable[TypedItem]], *, latency_ms: float = 0.0) -> Iterator[FakeEndpoint]:
    """Run an endpoint with the stack's tables and these items (by full table name). Responses take `latency_ms`."""
    stored = {name: list(rows) for name, rows in items.items()}
    configuration = {"schema": stack_schema(), "items": stored, "latency_ms": latency_ms}
    with run_server("bench.dynamodb_server.server", configuration) as port:
        yield FakeEndpoint(port)
