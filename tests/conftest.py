"""Fixtures of adapter tests: the tables of the stack in moto, and the application called in process."""

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

from tests import aws_calls
from tests.moto_endpoint import moto_endpoint

ARCHIVE = "smartlink-archive"

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    MOTO_ACCOUNT_ID="123456789012",
    TABLE_PREFIX="smartlink-",
    EDGE_SECRET="edge-secret",
    ARCHIVE_BUCKET=ARCHIVE,
    UNWRITTEN_CLICKS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/unwritten-clicks",
    POISON_RECORDS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/poison-records",
    MERGING_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/merging",
    LEARNING_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/learning",
    IMPORTS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/imports",
    POSTBACKS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/postbacks",
    EMAILS_QUEUE_URL="https://sqs.us-east-1.amazonaws.com/123456789012/emails",
)
os.environ.pop("AWS_ENDPOINT_URL", None)

RESOURCES = Path(__file__).parent.parent / ".chalice" / "resources.json"


@cache
def table_definitions() -> dict[str, dict[str, Any]]:
    """Return the table definitions of the stack by name without prefix, as arguments of `create_table`."""
    resources = json.loads(RESOURCES.read_text())["Resources"].values()
    definitions = {}
    tables = [resource for resource in resources if resource.get("Type") == "AWS::DynamoDB::Table"]
    for properties in (table["Properties"] for table in tables):
        name = properties["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        used = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        definitions[name] = {key: properties[key] for key in used if key in properties}
    return definitions


@cache
def dynamodb() -> Any:
    """Return one client for all tests: creating one takes longer than its calls in a test."""
    import boto3

    return boto3.client("dynamodb")


@cache
def emulated_aws() -> Any:
    """Return one moto for all tests: creating all tables takes longer than most tests."""
    from moto import mock_aws

    aws_calls.install()
    return mock_aws()


def empty_tables() -> None:
    """Create or empty every table of the stack and its archive; remove all queues and topics."""
    from moto.backends import get_backend

    account_and_region = (os.environ["MOTO_ACCOUNT_ID"], os.environ["AWS_DEFAULT_REGION"])
    for backend in (get_backend("sns"), get_backend("sqs")):
        backend[account_and_region[0]][account_and_region[1]].reset()
    archive = get_backend("s3")[account_and_region[0]]["aws"]
    if ARCHIVE not in archive.buckets:
        archive.create_bucket(ARCHIVE, account_and_region[1])
    archive.buckets[ARCHIVE].keys.clear()
    existing = get_backend("dynamodb")[account_and_region[0]][account_and_region[1]].tables
    for name, definition in table_definitions().items():
        table = existing.get(f"smartlink-{name}")
        if table is None:
            dynamodb().create_table(TableName=f"smartlink-{name}", **definition)
        else:
            table.items.clear()


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Provide empty tables and empty caches."""
    from chalicelib.aws_json import endpoints, transport
    from chalicelib.caps import reservation
    from chalicelib.dynamodb import wait_limit
    from chalicelib.routing import route_cache

    # Only the redirect's own clients need the endpoint: moto patches the clients of the SDK.
    monkeypatch.setattr(endpoints, "service_url", lambda _: moto_endpoint())
    # moto has all the time that it takes on a busy machine.
    monkeypatch.setattr(wait_limit, "click_seconds", lambda: 60.0)
    transport.reset()
    emulated_aws().start(reset=False)
    try:
        empty_tables()
        route_cache.clear_caches()
        reservation.clear_leases()
        yield
    finally:
        transport.reset()
        emulated_aws().stop(remove_data=False)


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """A response: status, headers and body."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Api:
    """Calls the application in process, like API Gateway."""

    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> ApiResponse:
        from chalice.test import Client

        import app

        all_headers = {"Host": "api1.execute-api.localhost:4566", **self.headers}
        if self.key:
            all_headers["Authorization"] = f"Bearer {self.key}"
        all_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        with Client(app.app) as client:
            response = client.http.request(method, path, headers=all_headers, body=raw)
        return ApiResponse(response.status_code, dict(response.headers), response.body.decode())

    def get(self, path: str, **headers: str) -> ApiResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> ApiResponse:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> ApiResponse:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> ApiResponse:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> ApiResponse:
        return self.call("DELETE", path, **headers)

    def click(self, code: str, method: str = "GET", query: dict[str, str] | None = None, **headers: str) -> ApiResponse:
        """Click on a link; by default from an iPhone in the US."""
        visitor = {
            "X-Edge-Secret": "edge-secret",
            "CloudFront-Viewer-Address": "203.0.113.7:4711",
            "CloudFront-Viewer-Country": "US",
            "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
        }
        overrides = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(headers={**visitor, **overrides}).call(method, f"/s/{code}?{urlencode(query or {})}")


@pytest.fixture
def admin(tables: None) -> Api:
    """Provide the API with an admin key."""
    from chalicelib.http import authentication
    from chalicelib.tables.publishers import ApiKeyRow

    generated = authentication.generate_key(authentication.Role.ADMIN)
    ApiKeyRow(
        generated.id, role="admin", owner="admin", digest=generated.digest, created_at="2026-11-21T00:00:00Z"
    ).save()
    return Api(generated.text)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Provide the list of waits between attempts, which are recorded instead of waited, on a stopped clock."""
    from chalicelib.http import transactions

    waits: list[float] = []
    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=waits.append, monotonic=lambda: 0.0))
    return waits


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run property tests without measuring coverage, which doubles their time: named examples cover every branch."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.no_cover)
