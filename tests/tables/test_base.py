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
from chalicelib.settings import DEFAULT_CLICK_DAYS
from chalicelib.tables import base, clicks
from tests.builders import a_campaign, a_click_context, an_offer, an_optimized_route
from tests.conftest import RESOURCES

MODULES = [
    importlib.import_module(f"{tables.__name__}.{module.name}") for module in pkgutil.iter_modules(tables.__path__)
]
MODELS = {
    model.Meta.table_name.removeprefix("smartlink-"): model
    for module in MODULES
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
}
each_table = pytest.mark.parametrize("name", sorted(MODELS))


def _tables() -> dict[str, dict[str, Any]]:
    """Return the tables of the template by their name without prefix."""
    resources = json.loads(RESOURCES.read_text())["Resources"].values()
    definitions = [each["Properties"] for each in resources if each.get("Type") == "AWS::DynamoDB::Table"]
    return {table["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): table for table in definitions}


def _schema(name: str) -> dict[str, Any]:
    """Return the schema with which PynamoDB would create the model's table."""
    return {**MODELS[name]._get_schema()}


def _key(schema: list[dict[str, str]]) -> dict[str, str]:
    """Return partition and sort key by type, whatever their order."""
    return {each["KeyType"]: each["AttributeName"] for each in schema}


def test_template_has_exactly_the_tables_of_the_models() -> None:
    assert set(_tables()) == set(MODELS)


@each_table
def test_table_has_the_key_of_its_model(name: str) -> None:
    assert _key(_tables()[name]["KeySchema"]) == _key(_schema(name)["key_schema"])


@each_table
@pytest.mark.parametrize("kind", ["Global", "Local"])
def test_table_has_exactly_the_indexes_of_its_model(name: str, kind: str) -> None:
    indexes = _tables()[name].get(f"{kind}SecondaryIndexes", [])
    expected = {
        each["index_name"]: (_key(each["key_schema"]), each["projection"])
        for each in _schema(name)[f"{kind.lower()}_secondary_indexes"]
    }
    assert {each["IndexName"]: (_key(each["KeySchema"]), each["Projection"]) for each in indexes} == expected


@each_table
def test_table_defines_exactly_the_types_of_its_keys(name: str) -> None:
    definitions, expected = _tables()[name]["AttributeDefinitions"], _schema(name)["attribute_definitions"]
    assert sorted(definitions, key=str) == sorted(expected, key=str)


@each_table
def test_table_has_a_ttl_if_and_only_if_its_model_has_expires_at(name: str) -> None:
    expected = {"AttributeName": "expires_at", "Enabled": True} if hasattr(MODELS[name], "expires_at") else None
    assert _tables()[name].get("TimeToLiveSpecification") == expected


def test_clicks_caps_conversions_and_notifications_are_streamed() -> None:
    streams = {name: each["StreamSpecification"] for name, each in _tables().items() if "StreamSpecification" in each}
    streamed = ("clicks", "caps", "conversions", "notifications")
    assert streams == {name: {"StreamViewType": "NEW_IMAGE"} for name in streamed}


@each_table
def test_table_is_on_demand_encrypted_and_recoverable_unless_the_archive_holds_it(name: str) -> None:
    table = _tables()[name]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": name != "clicks"}


@each_table
def test_attributes_of_a_row_have_different_stored_names(name: str) -> None:
    stored = [each.attr_name for each in MODELS[name].get_attributes().values()]
    assert len(set(stored)) == len(stored)


def _size(value: dict[str, Any]) -> int:
    """Return the size that DynamoDB counts for one scalar value."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    return len(content) // 2 + 2 if kind == "N" else 1


def test_typical_click_is_under_one_kilobyte() -> None:
    offers = [an_offer(a_campaign(f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}")) for n in range(20)]
    parameters = TrackingParameters(
        sub_ids={f"sub{n}": "newsletter-january" for n in range(1, 6)},
        source="homepage-banner",
        external_click_id="3f2b8c1e-9a4d-4c55-8f7e-0d6a1b2c3d4e",
    )
    route = an_optimized_route(*offers, id="sml_01m7y0t0fzt3w6x7mmh5jkahza", segments={"US": {}})
    rejections = (*[RejectionReason.COUNTRY] * 19, None)
    chosen, propensity = offers[19].campaign, 0.12345678901234568
    decision = Decision(
        Outcome.OFFER, chosen, "https://a.example/", rejections, ExperimentArm.OPTIMIZED, propensity, segment="US"
    )
    click = click_record.record("01m7y0t1vmy3cyr3ct0v4mvta8", a_click_context(parameters=parameters), route, decision)
    item = clicks.ClickRow(**click, expires_at=click["at"] // 1000 + DEFAULT_CLICK_DAYS * 86_400).serialize()
    assert sum(len(name.encode()) + _size(value) for name, value in item.items()) < 1024


def test_transactions_share_one_connection() -> None:
    assert base.connection() is base.connection()
