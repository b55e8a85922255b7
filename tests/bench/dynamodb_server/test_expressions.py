"""Conditions and updates behave as in DynamoDB; unsupported ones are rejected."""

from typing import Any

import pytest

from bench.dynamodb_server.expressions import Bindings, UnsupportedError, condition, update

ITEM: dict[str, Any] = {"used": {"N": "9"}, "name": {"S": "a"}}
VALUES: dict[str, Any] = {":9": {"N": "9"}, ":10": {"N": "10"}, ":1": {"N": "1"}, ":a": {"S": "a"}, ":t": {"S": "9"}}


def scope(item: dict[str, Any]) -> Bindings:
    return Bindings(item, {"#used": "used", "#gone": "gone"}, VALUES)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        pytest.param("attribute_exists(used)", True, id="attribute exists"),
        pytest.param("attribute_not_exists (#gone)", True, id="attribute does not exist, by alias"),
        pytest.param("#used < :10", True, id="9 is below 10 numerically"),
        pytest.param("#used <= :9", True, id="at most"),
        pytest.param("#used < :9", False, id="not below"),
        pytest.param("#used > :1 AND name = :a", True, id="both"),
        pytest.param("#used < :1 OR name = :a", True, id="either"),
        pytest.param("#used < :1 OR #used < :1 AND name = :a", False, id="AND binds more than OR"),
        pytest.param("(name = :a OR #used < :1) AND #used < :9", False, id="parentheses"),
        pytest.param("NOT #used < :9", True, id="not"),
        pytest.param("#gone < :9", False, id="missing attribute is not below"),
        pytest.param("used = :t", False, id="number differs from string"),
    ],
)
def test_condition_evaluates_as_in_dynamodb(text: str, holds: bool) -> None:
    assert condition(text)(scope(ITEM)) is holds


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param("ADD used :1", {"used": {"N": "10"}}, id="adds"),
        pytest.param("ADD gone :1", {"gone": {"N": "1"}}, id="adds to a missing attribute"),
        pytest.param("SET name = :t", {"name": {"S": "9"}}, id="sets"),
        pytest.param("SET used = used - :1", {"used": {"N": "8"}}, id="subtracts"),
        pytest.param("SET gone = if_not_exists(gone, :9) + :1", {"gone": {"N": "10"}}, id="adds to a default"),
        pytest.param("SET used = if_not_exists(used, :1)", {"used": {"N": "9"}}, id="unused default"),
        pytest.param("REMOVE name", {"name": None}, id="removes"),
        pytest.param(
            "SET name = :t ADD used :1, gone :9",
            {"name": {"S": "9"}, "used": {"N": "10"}, "gone": {"N": "9"}},
            id="several clauses, several attributes",
        ),
    ],
)
def test_update_changes_items_as_in_dynamodb(text: str, after: dict[str, Any]) -> None:
    assert update(text)(scope(ITEM)) == after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("contains(name, :a)", id="unsupported function"),
        pytest.param("used <> :9", id="unsupported comparison"),
        pytest.param("a.b = :9", id="a path"),
        pytest.param("used = :9 used", id="trailing token"),
        pytest.param("(used = :9", id="an open parenthesis"),
    ],
)
def test_unsupported_condition_is_rejected(text: str) -> None:
    with pytest.raises(UnsupportedError):
        condition(text)


def test_unsupported_update_is_rejected() -> None:
    with pytest.raises(UnsupportedError):
        update("DELETE used :1")


def test_only_numbers_can_be_added() -> None:
    with pytest.raises(UnsupportedError):
        update("ADD name :1")(scope(ITEM))


def test_missing_attribute_cannot_be_copied() -> None:
    with pytest.raises(UnsupportedError):
        update("SET name = gone")(scope(ITEM))
