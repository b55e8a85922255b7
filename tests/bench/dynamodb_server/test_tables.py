"""Tables in memory: conditions are kept, transactions are whole, counters never pass their limit."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dynamodb_server.tables import Refused, Tables, schema_of, write_units

FREE = "attribute_not_exists(used) OR used < :limit"


def tables() -> Tables:
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


def test_what_was_put_is_got() -> None:
    there, item = tables(), {"click_id": {"S": "1"}, "sub1": {"S": "a"}}
    there.call("PutItem", {"TableName": "clicks", "Item": item})
    assert there.call("GetItem", {"TableName": "clicks", "Key": {"click_id": {"S": "1"}}}) == {"Item": item}


def test_nothing_is_got_where_nothing_is() -> None:
    assert tables().call("GetItem", {"TableName": "clicks", "Key": {"click_id": {"S": "1"}}}) == {}


def test_a_batch_gives_what_there_is() -> None:
    there = tables()
    there.load("past", [{"pool": {"S": "p"}, "version": {"N": "2"}}])
    keys = [{"pool": {"S": "p"}, "version": {"N": version}} for version in ("1", "2")]
    answer = there.call("BatchGetItem", {"RequestItems": {"past": {"Keys": keys}}})
    assert answer == {"Responses": {"past": [keys[1]]}, "UnprocessedKeys": {}}


def test_a_deleted_item_is_gone() -> None:
    there = tables()
    there.load("caps", [{"key": {"S": "c"}, "used": {"N": "1"}}])
    there.call("DeleteItem", {"TableName": "caps", "Key": {"key": {"S": "c"}}})
    assert there.keys("caps") == []


@given(st.lists(st.integers(1, 3), max_size=20), st.integers(1, 10))
def test_a_counter_takes_no_more_once_it_reached_its_limit(amounts: list[int], limit: int) -> None:
    there, taken = tables(), 0
    for amount in amounts:
        try:
            there.call("UpdateItem", take(amount=amount, limit=limit))
        except Refused:
            assert taken >= limit
        else:
            assert taken < limit
            taken += amount
    assert used(there) == taken


def test_a_refusal_shows_the_item_to_those_who_ask() -> None:
    there = tables()
    there.load("caps", [{"key": {"S": "c"}, "used": {"N": "3"}}])
    with pytest.raises(Refused) as refused:
        there.call("UpdateItem", {**take(), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    assert refused.value.document["__type"].endswith("#ConditionalCheckFailedException")
    assert refused.value.document["Item"]["used"] == {"N": "3"}


def test_an_update_answers_with_what_it_is_asked_for() -> None:
    there = tables()
    there.load("caps", [{"key": {"S": "c"}, "used": {"N": "1"}, "expires_at": {"N": "9"}}])
    asked = {**take(), "ReturnValues": "UPDATED_NEW", "ReturnConsumedCapacity": "TOTAL"}
    assert there.call("UpdateItem", asked) == {
        "Attributes": {"used": {"N": "2"}},
        "ConsumedCapacity": {"TableName": "caps", "CapacityUnits": 1},
    }


def test_a_transaction_is_done_as_a_whole() -> None:
    there = tables()
    there.call("TransactWriteItems", {"TransactItems": [{"Put": mark()}, {"Update": take()}]})
    assert there.keys("caps") == [("m",), ("c",)]


def test_a_transaction_does_nothing_where_one_write_is_refused_and_says_which() -> None:
    there = tables()
    there.load("caps", [{"key": {"S": "c"}, "used": {"N": "3"}}])
    with pytest.raises(Refused) as refused:
        there.call("TransactWriteItems", {"TransactItems": [{"Put": mark()}, {"Update": take()}]})
    codes = [reason["Code"] for reason in refused.value.document["CancellationReasons"]]
    assert codes == ["None", "ConditionalCheckFailed"]
    assert there.keys("caps") == [("c",)]


def test_a_transaction_repeated_under_its_token_counts_once() -> None:
    there = tables()
    for _ in range(2):
        there.call("TransactWriteItems", {"TransactItems": [{"Update": take()}], "ClientRequestToken": "t"})
    assert used(there) == 1


@pytest.mark.parametrize(
    ("operation", "request_", "kind"),
    [
        pytest.param("Scan", {"TableName": "caps"}, "UnknownOperationException", id="an operation that is not there"),
        pytest.param("GetItem", {"TableName": "x", "Key": {}}, "ResourceNotFoundException", id="an unknown table"),
        pytest.param(
            "UpdateItem",
            {**take(), "ConditionExpression": "size(used) > :limit"},
            "ValidationException",
            id="a function",
        ),
    ],
)
def test_what_is_not_there_is_refused(operation: str, request_: dict[str, Any], kind: str) -> None:
    with pytest.raises(Refused) as refused:
        tables().call(operation, request_)
    assert refused.value.document["__type"].endswith(f"#{kind}")


def test_a_write_unit_is_a_kilobyte_begun() -> None:
    assert [write_units({"a": {"S": "x" * size}}) for size in (0, 1023, 1024)] == [1, 1, 2]


def test_the_template_names_the_keys_of_each_table() -> None:
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    table = {"TableName": {"Fn::Sub": "${AWS::StackName}-past"}, "KeySchema": keys[::-1]}
    template = {"Resources": {"P": {"Type": "AWS::DynamoDB::Table", "Properties": table}, "Q": {"Type": "AWS::SQS"}}}
    assert schema_of(json.dumps(template), "x-") == {"x-past": ["id", "at"]}
