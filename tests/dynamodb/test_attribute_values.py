from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.dynamodb.attribute_values import number_value, string_value, to_python


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        pytest.param({"S": ""}, "", id="empty string"),
        pytest.param({"S": "12"}, "12", id="string of digits"),
        pytest.param({"N": "-12"}, -12, id="number"),
        pytest.param({"N": "123456789012345678901234567890"}, 123456789012345678901234567890, id="long number"),
        pytest.param({"BOOL": True}, True, id="true"),
        pytest.param({"BOOL": False}, False, id="false"),
        pytest.param({"B": "AP8="}, b"\x00\xff", id="bytes"),
        pytest.param({"B": ""}, b"", id="no bytes"),
    ],
)
def test_value_is_converted_by_its_type(stored: dict[str, Any], value: object) -> None:
    converted = to_python({"a": stored})
    assert converted == {"a": value}
    assert type(converted["a"]) is type(value)


@pytest.mark.parametrize("kind", ["NULL", "L", "M", "SS", "NS", "BS", "X"])
def test_value_of_another_type_raises(kind: str) -> None:
    with pytest.raises(KeyError, match=kind):
        to_python({"a": {kind: "1"}})


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.binary()))
def test_values_survive_a_round_trip(values: dict[str, Any]) -> None:
    item = {name: _attribute(value) for name, value in values.items()}
    assert to_python(item) == values


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"B": b64encode(value).decode()}
    return string_value(value) if isinstance(value, str) else number_value(value)
