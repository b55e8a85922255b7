"""The redirect's DynamoDB client on the deployed tables, compared with PynamoDB."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.aws_json import transport
from chalicelib.clicks.enqueue import enqueue
from chalicelib.clicks.item_codec import encode
from chalicelib.clicks.write import write_click
from chalicelib.domain.ids import time_ordered_id
from chalicelib.dynamodb import client as dynamodb_client
from chalicelib.dynamodb import sdk_client, wait_limit
from chalicelib.dynamodb.attribute_values import string_value
from chalicelib.settings import DEFAULT_CLICK_DAYS
from chalicelib.tables import base
from chalicelib.tables.clicks import ClickRow
from deploy import cloud
from tests.dynamodb.requests import CASES, MADE, outcomes
from tests.stack.network import Network, run_concurrently, wait_for

CONNECTIONS: tuple[Any, ...] = (sdk_client._connection, base.connection)


@pytest.fixture
def on_stack(deployed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Connect both clients and the click model to the deployed tables, with the local root key."""
    here = cloud.local()
    held = here.session.get_credentials()
    assert here.endpoint
    assert held
    environment = {
        "AWS_ENDPOINT_URL_DYNAMODB": here.endpoint,
        "AWS_ENDPOINT_URL_SQS": here.endpoint,
        "CLICK_SECONDS": "3",
        "AWS_ACCESS_KEY_ID": held.access_key or "",
        "AWS_SECRET_ACCESS_KEY": held.secret_key or "",
        "AWS_DEFAULT_REGION": here.session.region_name,
        "TABLE_PREFIX": f"{here.stack}-",
    }
    for name in ("AWS_REGION", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "TABLE_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # A model keeps its connection, so reset it after these tests.
    monkeypatch.setattr(ClickRow, "_connection", None)
    _forget()
    yield monkeypatch
    _forget()


def _forget() -> None:
    transport.reset()
    wait_limit.click_seconds.cache_clear()
    for each in CONNECTIONS:
        each.cache_clear()


@pytest.fixture
def own_key(on_stack: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield a unique key, and delete its item after the test."""
    key = f"test-{secrets.token_hex(12)}"
    yield key
    on_stack.delenv("TABLE_CLIENT", raising=False)
    for client in ("lean", "pynamodb"):
        for table, name, end in MADE:
            made = {"TableName": dynamodb_client.table_name(table), "Key": {name: string_value(f"{key}-{client}{end}")}}
            dynamodb_client.call("DeleteItem", made)


@pytest.mark.parametrize("case", CASES)
def test_both_clients_get_the_same_responses_from_the_deployed_tables(
    on_stack: pytest.MonkeyPatch, own_key: str, case: str
) -> None:
    results = {}
    for client in ("lean", "pynamodb"):
        on_stack.setenv("TABLE_CLIENT", client)
        results[client] = outcomes(CASES[case], f"{own_key}-{client}")
    assert [each["told"] for each in results["lean"]] == CASES[case].told
    assert results["lean"] == results["pynamodb"]


def a_click(number: int, route_id: str) -> Mapping[str, Any]:
    """Return a click with a unique ID and values that are hard to encode."""
    return {
        "click_id": time_ordered_id(datetime.now(UTC), secrets.token_bytes(10)),
        "at": int(time.time() * 1000),
        "code": "leanleanle",
        "publisher_id": "pub_lean",
        "route_id": route_id,
        "route_version": 1,
        "epoch": 1,
        "outcome": "offer",
        "campaign_id": "cmp_lean",
        "arm": "weighted",
        "propensity": "0.25",
        "country": "US",
        "city": "São Paulo",
        "device": "mobile",
        "os": "ios",
        "is_bot": None,
        "sub_ids": {"sub1": f"{number} é 漢 \" ' \\"},
        "source": "",
    }


def test_pynamodb_reads_all_of_200_clicks_written_by_16_threads(
    on_stack: pytest.MonkeyPatch, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    route_id = network.smartlink({"campaign_id": network.campaign("lean")})
    clicks = [a_click(number, route_id) for number in range(200)]
    run_concurrently(200, lambda number: write_click(clicks[number]), threads=16)
    assert capsys.readouterr().err == ""
    assert len(transport._idle) <= 16
    read = {row.click_id: row.attribute_values for row in ClickRow.batch_get([each["click_id"] for each in clicks])}
    assert read == {each["click_id"]: as_stored(each) for each in clicks}
    assert os.environ.get("TABLE_CLIENT") is None


def test_queued_click_is_written_by_the_deployed_function(
    on_stack: pytest.MonkeyPatch, deployed: dict[str, Any], network: Network
) -> None:
    click = a_click(1, network.smartlink({"campaign_id": network.campaign("queued")}))
    item = encode(click, click["at"] // 1000 + DEFAULT_CLICK_DAYS * 86_400)
    on_stack.setenv("UNWRITTEN_CLICKS_QUEUE_URL", _queue_url())
    enqueue(item)
    stored = as_stored(click)
    wait_for(60, lambda: [row.attribute_values for row in ClickRow.batch_get([click["click_id"]])], [stored])


def _queue_url() -> str:
    here = cloud.local()
    client = here.session.client("sqs", endpoint_url=here.endpoint)
    urls: list[str] = client.list_queues()["QueueUrls"]
    return next(url for url in urls if f"{here.stack}-UnwrittenClicks-" in url)


def as_stored(click: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a click as its model reads them."""
    known = {name: value for name, value in click.items() if value is not None}
    return {**known, "expires_at": click["at"] // 1000 + DEFAULT_CLICK_DAYS * 86_400}
