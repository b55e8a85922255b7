"""In-memory tables: conditions, transactions, and counters with limits."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dynamodb_server.tables import RequestError, Tables, schema_of, write_units

FREE = "attribute_not_exists(used) OR used < :limit"


def create_tables() -> Tables:
    return Tables({"caps": ["key"], "clicks": ["click_id"], "past": ["pool", "version"]})


def take(key: str = "c", amount: int = 1, limit: int = 3) -> dict[str, Any]:
    return {
        "TableName": "caps",
        "Key": {"key": {"S": key}},
        "UpdateExpression": "ADD used :amount",
        "ConditionExpression": FREE,
        "ExpressionAttributeValues": {":amount": {"N": str(amount)}, ":limit": {"N": str(limit)}},
    }


def mark(key: str = "m") -> dict[str, Any]:
    item = {"key": {"S": key}, "click_id": {"S": "1"}}
    return {"TableName": "caps", "Item": item, "ConditionExpression": "attribute_not_exists(key)"}


def used(of: Tables, key: str = "c") -> int:
    found = of.call("GetItem", {"TableName": "caps", "Key": {"key": {"S": key}}})
    return int(found["Item"]["used"]["N"]) if found else 0


def test_put_item_is_returned_by_get() -> None:
    tables, item = create_tables(), {"click_id": {"S": "1"}, "sub1": {"S": "a"}}
    tables.call("PutItem", {"TableName": "clicks", "Item": item})
    assert tables.call("GetItem", {"TableName": "clicks", "Key": {"click_id": {"S": "1"}}}) == {"Item": item}


def test_get_of_a_missing_item_is_empty() -> None:
    assert create_tables().call("GetItem", {"TableName": "clicks", "Key": {"click_id": {"S": "1"}}}) == {}


def test_batch_get_returns_existing_items() -> None:
    tables = create_tables()
    tables.load("past", [{"pool": {"S": "p"}, "version": {"N": "2"}}])
    keys = [{"pool": {"S": "p"}, "version": {"N": version}} for version in ("1", "2")]
    answer = tables.call("BatchGetItem", {"RequestItems": {"past": {"Keys": keys}}})
    assert answer == {"Responses": {"past": [keys[1]]}, "UnprocessedKeys": {}}


def test_deleted_item_is_gone() -> None:
    tables = create_tables()
    tables.load("caps", [{"key": {"S": "c"}, "used": {"N": "1"}}])
    tables.call("DeleteItem", {"TableName": "caps", "Key": {"key": {"S": "c"}}})
    assert tables.keys("caps") == []


@given(st.lists(st.integers(1, 3), max_size=20), st.integers(1, 10))
def test_counter_stops_at_its_limit(amounts: list[int], limit: int) -> None:
    tables, taken = create_tables(), 0
    for amount in amounts:
        try:
            tables.call("UpdateItem", take(amount=amount, limit=limit))
        except RequestError:
            assert taken >= limit
        else:
            assert taken < limit
            taken += amount
    assert used(tables) == taken


def test_failed_condition_returns_the_item_on_request() -> None:
    tables = create_tables()
    tables.load("caps", [{"key": {"S": "c"}, "used": {"N": "3"}}])
    with pytest.raises(RequestError) as refused:
        tables.call("UpdateItem", {**take(), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    assert refused.value.document["__type"].endswith("#ConditionalCheckFailedException")
    assert refused.value.document["Item"]["used"] == {"N": "3"}


def test_update_returns_the_requested_values() -> None:
    tables = create_tables()
    tables.load("caps", [{"key": {"S": "c"}, "used": {"N": "1"}, "expires_at": {"N": "9"}}])
    update_request = {**take(), "ReturnValues": "UPDATED_NEW", "ReturnConsumedCapacity": "TOTAL"}
    assert tables.call("UpdateItem", update_request) == {
        "Attributes": {"used": {"N": "2"}},
        "ConsumedCapacity": {"TableName": "caps", "CapacityUnits": 1},
    }


def test_transaction_applies_all_writes() -> None:
    tables = create_tables()
    tables.call("TransactWriteItems", {"TransactItems": [{"Put": mark()}, {"Update": take()}]})
    assert tables.keys("caps") == [("m",), ("c",)]


def test_cancelled_transaction_applies_nothing_and_has_reasons() -> None:
    tables = create_tables()
    tables.load("caps", [{"key": {"S": "c"}, "used": {"N": "3"}}])
    with pytest.raises(RequestError) as refused:
        tables.call("TransactWriteItems", {"TransactItems": [{"Put": mark()}, {"Update": take()}]})
    codes = [reason["Code"] for reason in refused.value.document["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    assert tables.keys("caps") == [("c",)]


def test_transaction_with_the_same_token_is_applied_once() -> None:
    tables = create_tables()
    for _ in range(2):
        tables.call("TransactWriteItems", {"TransactItems": [{"Update": take()}], "ClientRequestToken": "t"})
    assert used(tables) == 1


@pytest.mark.parametrize(
    ("operation", "request_", "kind"),
    [
        pytest.param("Scan", {"TableName": "caps"}, "UnknownOperationException", id="an operation that is not tables"),
        pytest.param("GetItem", {"TableName": "x", "Key": {}}, "ResourceNotFoundException", id="an unknown table"),
        pytest.param(
            "UpdateItem",
            {**take(), "ConditionExpression": "size(used) > :limit"},
            "ValidationException",
            id="a function",
        ),
    ],
)
def test_unsupported_operations_are_rejected(operation: str, request_: dict[str, Any], kind: str) -> None:
    with pytest.raises(RequestError) as refused:
        create_tables().call(operation, request_)
    assert refused.value.document["__type"].endswith(f"#{kind}")


def test_write_unit_is_a_started_kilobyte() -> None:
    assert [write_units({"a": {"S": "x" * size}}) for size in (0, 1023, 1024)] == [1, 1, 2]


def test_schema_has_the_keys_of_each_table() -> None:
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    table = {"TableName": {"Fn::Sub": "${AWS::StackName}-past"}, "KeySchema": keys[::-1]}
    template = {"Resources": {"P": {"Type": "AWS::DynamoDB::Table", "Properties": table}, "Q": {"Type": "AWS::SQS"}}}
    assert schema_of(json.dumps(template), "x-") == {"x-past": ["id", "at"]}
