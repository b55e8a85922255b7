import importlib
import json
import pkgutil
from typing import Any

import pytest
from pynamodb.models import Model

from chalicelib import tables
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason, TrackingParameters
from chalicelib.routing import click_record
from chalicelib.routing.decision import Decision
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables import base, clicks
from tests.builders import a_campaign, an_arrival, an_offer, an_optimized_route
from tests.conftest import RESOURCES

MODULES = [importlib.import_module(f"{tables.__name__}.{each.name}") for each in pkgutil.iter_modules(tables.__path__)]
MODELS = {
    each.Meta.table_name.removeprefix("smartlink-"): each
    for module in MODULES
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Model) and each is not Model
}
each_table = pytest.mark.parametrize("name", sorted(MODELS))


def _tables() -> dict[str, dict[str, Any]]:
    """The stack's tables by plain name."""
    resources = json.loads(RESOURCES.read_text())["Resources"].values()
    found = [each["Properties"] for each in resources if each.get("Type") == "AWS::DynamoDB::Table"]
    return {each["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): each for each in found}


def _schema(name: str) -> dict[str, Any]:
    """What pynamodb would create the model's table with."""
    return {**MODELS[name]._get_schema()}


def _key(schema: list[dict[str, str]]) -> dict[str, str]:
    """Partition and sort key by kind, in whatever order they are listed."""
    return {each["KeyType"]: each["AttributeName"] for each in schema}


def test_the_stack_has_exactly_the_tables_of_the_models() -> None:
    assert set(_tables()) == set(MODELS)


@each_table
def test_a_table_has_its_models_key(name: str) -> None:
    assert _key(_tables()[name]["KeySchema"]) == _key(_schema(name)["key_schema"])


@each_table
def test_a_table_has_its_models_indexes_and_no_others(name: str) -> None:
    there = _tables()[name].get("GlobalSecondaryIndexes", [])
    wanted = {
        each["index_name"]: (_key(each["key_schema"]), each["projection"])
        for each in _schema(name)["global_secondary_indexes"]
    }
    assert {each["IndexName"]: (_key(each["KeySchema"]), each["Projection"]) for each in there} == wanted


@each_table
def test_a_table_defines_the_types_of_its_keys_and_nothing_else(name: str) -> None:
    there, wanted = _tables()[name]["AttributeDefinitions"], _schema(name)["attribute_definitions"]
    assert sorted(there, key=str) == sorted(wanted, key=str)


@each_table
def test_a_table_forgets_rows_exactly_where_its_model_says_when(name: str) -> None:
    wanted = {"AttributeName": "expires_at", "Enabled": True} if hasattr(MODELS[name], "expires_at") else None
    assert _tables()[name].get("TimeToLiveSpecification") == wanted


def test_what_others_wait_for_is_streamed_as_it_is_written() -> None:
    streams = {name: each["StreamSpecification"] for name, each in _tables().items() if "StreamSpecification" in each}
    assert streams == {name: {"StreamViewType": "NEW_IMAGE"} for name in ("clicks", "caps", "conversions")}


@each_table
def test_a_table_is_on_demand_encrypted_and_recoverable(name: str) -> None:
    table = _tables()[name]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@each_table
def test_no_two_attributes_of_a_row_share_a_stored_name(name: str) -> None:
    stored = [each.attr_name for each in MODELS[name].get_attributes().values()]
    assert len(set(stored)) == len(stored)


def _size(value: dict[str, Any]) -> int:
    """What DynamoDB counts for one scalar value."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    return len(content) // 2 + 2 if kind == "N" else 1


def test_a_typical_click_is_under_one_kilobyte() -> None:
    offers = [an_offer(a_campaign(f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}")) for n in range(20)]
    labels = TrackingParameters(
        sub_ids={f"sub{n}": "newsletter-january" for n in range(1, 6)},
        source="homepage-banner",
        external_click_id="3f2b8c1e-9a4d-4c55-8f7e-0d6a1b2c3d4e",
    )
    route = an_optimized_route(*offers, id="sml_01m7y0t0fzt3w6x7mmh5jkahza", segments={"US": {}})
    refused = (*[RejectionReason.COUNTRY] * 19, None)
    chosen, propensity = offers[19].campaign, 0.12345678901234568
    decision = Decision(
        Outcome.OFFER, chosen, "https://a.example/", refused, ExperimentArm.OPTIMIZED, propensity, segment="US"
    )
    click = click_record.record("01m7y0t1vmy3cyr3ct0v4mvta8", an_arrival(parameters=labels), route, decision)
    item = clicks.ClickRow(**click, expires_at=click["at"] // 1000 + CLICK_RETENTION_DAYS * 86_400).serialize()
    assert sum(len(name.encode()) + _size(value) for name, value in item.items()) < 1024


def test_transactions_share_one_connection_as_a_new_one_costs_a_handshake() -> None:
    assert base.connection() is base.connection()
