"""A DynamoDB-compatible endpoint on loopback, in a process of its own, that counts what comes over the wire."""

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
from bench.processes import ROOT, serving

PREFIX = "smartlink-"
"""What stands before the tables' names."""

_SECONDS = 30


@dataclass(frozen=True, slots=True)
class WireTraffic:
    """What was counted since the start: requests and bytes (heads and bodies) by operation, connections in all."""

    requests: Mapping[str, int]
    bytes_in: Mapping[str, int]
    bytes_out: Mapping[str, int]
    connections: int

    @property
    def calls(self) -> int:
        """Requests of any operation."""
        return sum(self.requests.values())

    def since(self, earlier: "WireTraffic") -> "WireTraffic":
        """What came after `earlier`."""
        return WireTraffic(
            _minus(self.requests, earlier.requests),
            _minus(self.bytes_in, earlier.bytes_in),
            _minus(self.bytes_out, earlier.bytes_out),
            self.connections - earlier.connections,
        )


def _minus(now: Mapping[str, int], earlier: Mapping[str, int]) -> dict[str, int]:
    left = {name: count - earlier.get(name, 0) for name, count in now.items()}
    return {name: count for name, count in left.items() if count}


@dataclass(frozen=True, slots=True)
class FakeEndpoint:
    """A running endpoint."""

    port: int

    @property
    def url(self) -> str:
        """What a client takes as its endpoint's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the application needs in its environment to run on this endpoint."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
            "TABLE_PREFIX": PREFIX,
            "UNWRITTEN_CLICKS_QUEUE_URL": f"{self.url}/unwritten-clicks",
        }

    def traffic(self) -> WireTraffic:
        """What was counted until now; to ask is not counted."""
        return WireTraffic(**self._ask("traffic"))

    def keys(self, table: str) -> list[tuple[str, ...]]:
        """The keys of the table's items; the table's name without the prefix."""
        return [tuple(key) for key in self._ask(f"keys/{PREFIX}{table}")]

    def items(self, table: str) -> list[TypedItem]:
        """The table's items in DynamoDB's JSON, in the order in which they came first."""
        found: list[TypedItem] = self._ask(f"items/{PREFIX}{table}")
        return found

    def _ask(self, question: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        try:
            connection.request("GET", f"/-/{quote(question)}")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def environment_without_options() -> dict[str, str]:
    """The environment without what makes the application do more, or Python start otherwise."""
    options = {"LOG_CLICKS", "EDGE_SECRET", "TABLE_CLIENT", "PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME"}
    named = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {name: value for name, value in named.items() if name not in options}


def stack_schema() -> dict[str, list[str]]:
    """The key attributes of the stack's tables, by name with the prefix."""
    return schema_of((ROOT / ".chalice" / "resources.json").read_text(), PREFIX)


@contextmanager
def endpoint(items: Mapping[str, Iterable[TypedItem]], *, latency_ms: float = 0.0) -> Iterator[FakeEndpoint]:
    """An endpoint with the stack's tables holding these items (by full table name), every answer `latency_ms` late."""
    held = {name: list(each) for name, each in items.items()}
    configuration = {"schema": stack_schema(), "items": held, "latency_ms": latency_ms}
    with serving("bench.dynamodb_server.server", configuration) as port:
        yield FakeEndpoint(port)
