"""The redirect's own client against the deployed tables, and against PynamoDB as its equal."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.clicks.write import write_click
from chalicelib.domain.ids import time_ordered_id
from chalicelib.dynamodb import client as dynamodb_client
from chalicelib.dynamodb import sdk_client, transport
from chalicelib.dynamodb.attribute_values import string_value
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables import base
from chalicelib.tables.clicks import ClickRow
from deploy import cloud
from tests.dynamodb.requests import CASES, MADE, outcomes
from tests.stack.network import Network, at_once

CONNECTIONS: tuple[Any, ...] = (sdk_client._connection, base.connection)


@pytest.fixture
def on_stack(deployed: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Both clients, and the model of clicks, led to the deployed tables as the local root."""
    here = cloud.local()
    held = here.session.get_credentials()
    assert here.endpoint
    assert held
    environment = {
        "AWS_ENDPOINT_URL_DYNAMODB": here.endpoint,
        "AWS_ACCESS_KEY_ID": held.access_key or "",
        "AWS_SECRET_ACCESS_KEY": held.secret_key or "",
        "AWS_DEFAULT_REGION": here.session.region_name,
        "TABLE_PREFIX": f"{here.stack}-",
    }
    for name in ("AWS_REGION", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "TABLE_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # A model keeps its connection for good: this one is for these tests.
    monkeypatch.setattr(ClickRow, "_connection", None)
    _forget()
    yield monkeypatch
    _forget()


def _forget() -> None:
    transport.reset()
    for each in CONNECTIONS:
        each.cache_clear()


@pytest.fixture
def own_key(on_stack: pytest.MonkeyPatch) -> Iterator[str]:
    """A key that nobody else has, and after the test nobody at all."""
    key = f"test-{secrets.token_hex(12)}"
    yield key
    on_stack.delenv("TABLE_CLIENT", raising=False)
    for client in ("lean", "pynamodb"):
        for table, name, end in MADE:
            made = {"TableName": dynamodb_client.table_name(table), "Key": {name: string_value(f"{key}-{client}{end}")}}
            dynamodb_client.call("DeleteItem", made)


@pytest.mark.parametrize("case", CASES)
def test_both_clients_are_told_the_same_by_the_deployed_tables(
    on_stack: pytest.MonkeyPatch, own_key: str, case: str
) -> None:
    told = {}
    for client in ("lean", "pynamodb"):
        on_stack.setenv("TABLE_CLIENT", client)
        told[client] = outcomes(CASES[case], f"{own_key}-{client}")
    assert [each["told"] for each in told["lean"]] == CASES[case].told
    assert told["lean"] == told["pynamodb"]


def a_click(number: int, route_id: str) -> Mapping[str, Any]:
    """A click of an ID of its own, with all that is hard to write down."""
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


def test_200_clicks_of_16_threads_are_all_there_for_pynamodb(
    on_stack: pytest.MonkeyPatch, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    route_id = network.smartlink({"campaign_id": network.campaign("lean")})
    clicks = [a_click(number, route_id) for number in range(200)]
    at_once(200, lambda number: write_click(clicks[number]), threads=16)
    assert capsys.readouterr().err == ""
    assert len(transport._idle) <= 16
    read = {row.click_id: row.attribute_values for row in ClickRow.batch_get([each["click_id"] for each in clicks])}
    assert read == {each["click_id"]: as_kept(each) for each in clicks}
    assert os.environ.get("TABLE_CLIENT") is None


def as_kept(click: Mapping[str, Any]) -> dict[str, Any]:
    """What its model reads of a click."""
    known = {name: value for name, value in click.items() if value is not None}
    return {**known, "expires_at": click["at"] // 1000 + CLICK_RETENTION_DAYS * 86_400}
