"""Sizes by DynamoDB's rules, and comparison of values."""

from decimal import Decimal
from typing import Any

import pytest

from bench.dynamodb_server.boto3_values import to_boto3
from bench.dynamodb_server.values import item_bytes, plain, same_kind, value_bytes


@pytest.mark.parametrize(
    ("value", "size"),
    [
        pytest.param({"S": "héllo"}, 6, id="text in UTF-8"),
        pytest.param({"S": ""}, 0, id="empty text"),
        pytest.param({"N": "7"}, 2, id="one digit"),
        pytest.param({"N": "27"}, 2, id="two digits"),
        pytest.param({"N": "127"}, 3, id="three digits"),
        pytest.param({"N": "1000"}, 2, id="trailing zeros do not count"),
        pytest.param({"N": "0.0025"}, 2, id="leading zeros do not count"),
        pytest.param({"N": "-27"}, 3, id="a sign counts"),
        pytest.param({"B": "AAEC"}, 3, id="raw bytes of a binary"),
        pytest.param({"BOOL": True}, 1, id="true"),
        pytest.param({"NULL": True}, 1, id="null"),
        pytest.param({"SS": ["ab", "c"]}, 3, id="a set of texts"),
        pytest.param({"L": [{"S": "ab"}, {"N": "1"}]}, 9, id="a list: 3, and 1 for each"),
        pytest.param({"M": {"a": {"S": "b"}}}, 6, id="a map: 3, 1 for each, and its names"),
    ],
)
def test_value_size_follows_the_developer_guide(value: dict[str, Any], size: int) -> None:
    assert value_bytes(value) == size


def test_item_size_includes_names_and_values() -> None:
    assert item_bytes({"id": {"S": "abc"}, "n": {"N": "12"}}) == 2 + 3 + 1 + 2


def test_numbers_compare_numerically() -> None:
    assert plain({"N": "10"}) > plain({"N": "9"})
    assert plain({"N": "1.50"}) == Decimal("1.5")


def test_values_of_different_types_do_not_compare() -> None:
    assert not same_kind({"N": "1"}, {"S": "1"})


def test_nested_binaries_become_bytes() -> None:
    assert to_boto3({"a": {"B": "AAE="}, "b": {"L": [{"B": "Ag=="}]}}) == {
        "a": {"B": b"\0\1"},
        "b": {"L": [{"B": b"\2"}]},
    }
