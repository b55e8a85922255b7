import base64
from collections import Counter
from math import ceil
from typing import Any

import boto3
import pytest

from bench.cost_model.assumptions import Assumptions
from bench.dynamodb_server.values import item_bytes
from bench.units import write_units
from tests.advertiser import new_deal
from tests.conftest import Api, table_definitions

pytestmark = pytest.mark.usefixtures("tables")


def test_conversion_costs_the_write_units_that_the_cost_page_states(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    deal.posted(deal.click())
    before = _items()
    deal.posted(click_id)
    written = [(table, key, item) for (table, key), item in _items().items() if before.get((table, key)) != item]
    units = Counter[str]()
    for table, key, item in written:
        size = max(item_bytes(item), item_bytes(before[table, key]) if (table, key) in before else 0)
        units[table] += write_units(size, transactional=True) + _index_units(table, item)
    assert sum(units.values()) == Assumptions().conversion_units


def _items() -> dict[tuple[str, str], dict[str, Any]]:
    client, found = boto3.client("dynamodb"), {}
    for name, definition in table_definitions().items():
        keys = [each["AttributeName"] for each in definition["KeySchema"]]
        for item in client.scan(TableName=f"smartlink-{name}")["Items"]:
            found[name, repr([item[key] for key in keys])] = _wire_format(item)
    return found


def _wire_format(value: Any) -> Any:
    """Return a value of boto3 with its binaries in base64."""
    if isinstance(value, dict):
        return {name: _wire_format(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_wire_format(member) for member in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _index_units(table: str, item: dict[str, Any]) -> int:
    """Return one unit for each KB of the item in each index that holds it."""
    indexes = table_definitions()[table].get("GlobalSecondaryIndexes", [])
    held = [index for index in indexes if all(key["AttributeName"] in item for key in index["KeySchema"])]
    return len(held) * ceil(item_bytes(item) / 1_024)
