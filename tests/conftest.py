"""What tests of adapters stand on: the stack's own tables in moto, the application called in process."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.moto_endpoint import moto_endpoint

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    MOTO_ACCOUNT_ID="123456789012",
    TABLE_PREFIX="smartlink-",
    EDGE_SECRET="edge-secret",
    UNWRITTEN_CLICKS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/unwritten-clicks",
    POISON_RECORDS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/poison-records",
    LEARNING_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/learning",
    POSTBACKS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/postbacks",
)
os.environ.pop("AWS_ENDPOINT_URL", None)

RESOURCES = Path(__file__).parent.parent / ".chalice" / "resources.json"


@cache
def table_definitions() -> dict[str, dict[str, Any]]:
    """The stack's table definitions by plain name, as `boto3`'s create_table takes them."""
    resources = json.loads(RESOURCES.read_text())["Resources"].values()
    found = {}
    for properties in (each["Properties"] for each in resources if each.get("Type") == "AWS::DynamoDB::Table"):
        name = properties["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        taken = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
        found[name] = {key: properties[key] for key in taken if key in properties}
    return found


@cache
def dynamodb() -> Any:
    """One client for all tests: to make one takes longer than all that a test does with it."""
    import boto3

    return boto3.client("dynamodb")


@cache
def emulated_aws() -> Any:
    """One moto for all tests: to create every table anew takes longer than most of what tests do with them."""
    from moto import mock_aws

    return mock_aws()


def empty_tables() -> None:
    """Every table of the stack, empty, and nothing in any queue or topic."""
    from moto.backends import get_backend

    where = (os.environ["MOTO_ACCOUNT_ID"], os.environ["AWS_DEFAULT_REGION"])
    for backend in (get_backend("sns"), get_backend("sqs")):
        backend[where[0]][where[1]].reset()
    held = get_backend("dynamodb")[where[0]][where[1]].tables
    for name, definition in table_definitions().items():
        table = held.get(f"smartlink-{name}")
        if table is None:
            dynamodb().create_table(TableName=f"smartlink-{name}", **definition)
        else:
            table.items.clear()


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty tables, and nothing remembered of others."""
    from chalicelib import settings
    from chalicelib.caps import reservation
    from chalicelib.dynamodb import transport
    from chalicelib.routing import route_cache

    # The lean client's own setting: the SDK's clients are moto's already.
    monkeypatch.setattr(settings, "dynamodb_endpoint", moto_endpoint)
    transport.reset()
    emulated_aws().start(reset=False)
    try:
        empty_tables()
        route_cache.clear_caches()
        reservation.forget()
        yield
    finally:
        transport.reset()
        emulated_aws().stop(remove_data=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """A response: its status, headers, and body as JSON where it is JSON."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Api:
    """Calls the application in process, as API Gateway would."""

    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        from chalice.test import Client

        import app

        sent = {"Host": "api1.execute-api.localhost:4566", **self.headers}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        with Client(app.app) as client:
            response = client.http.request(method, path, headers=sent, body=raw)
        return Answered(response.status_code, dict(response.headers), response.body.decode())

    def get(self, path: str, **headers: str) -> Answered:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answered:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answered:
        return self.call("DELETE", path, **headers)

    def click(self, code: str, method: str = "GET", query: dict[str, str] | None = None, **headers: str) -> Answered:
        """A click from a US iPhone unless the headers say otherwise."""
        visitor = {
            "X-Edge-Secret": "edge-secret",
            "CloudFront-Viewer-Address": "203.0.113.7:4711",
            "CloudFront-Viewer-Country": "US",
            "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(headers={**visitor, **named}).call(method, f"/s/{code}?{urlencode(query or {})}")


@pytest.fixture
def admin(tables: None) -> Api:
    """The API with an admin's key."""
    from chalicelib.http import authentication
    from chalicelib.tables.publishers import ApiKeyRow

    minted = authentication.generate_key(authentication.Role.ADMIN)
    ApiKeyRow(minted.id, role="admin", owner="admin", digest=minted.digest, created_at="2026-11-21T00:00:00Z").save()
    return Api(minted.text)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, only noted down, on a clock that stands still."""
    from chalicelib.http import transactions

    waits: list[float] = []
    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=waits.append, monotonic=lambda: 0.0))
    return waits
