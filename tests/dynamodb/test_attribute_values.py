from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.dynamodb.attribute_values import number_value, string_value, to_python


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        pytest.param({"S": ""}, "", id="an empty text"),
        pytest.param({"S": "12"}, "12", id="a text of digits"),
        pytest.param({"N": "-12"}, -12, id="a number"),
        pytest.param({"N": "123456789012345678901234567890"}, 123456789012345678901234567890, id="a long number"),
        pytest.param({"BOOL": True}, True, id="true"),
        pytest.param({"BOOL": False}, False, id="false"),
        pytest.param({"B": "AP8="}, b"\x00\xff", id="bytes"),
        pytest.param({"B": ""}, b"", id="no bytes"),
    ],
)
def test_a_stored_value_is_read_as_its_own_kind(stored: dict[str, Any], value: object) -> None:
    read = to_python({"a": stored})
    assert read == {"a": value}
    assert type(read["a"]) is type(value)


@pytest.mark.parametrize("kind", ["NULL", "L", "M", "SS", "NS", "BS", "X"])
def test_a_value_of_another_kind_is_not_guessed(kind: str) -> None:
    with pytest.raises(KeyError, match=kind):
        to_python({"a": {kind: "1"}})


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.binary()))
def test_what_is_written_is_read_again(values: dict[str, Any]) -> None:
    written = {name: _written(value) for name, value in values.items()}
    assert to_python(written) == values


def _written(value: Any) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"B": b64encode(value).decode()}
    return string_value(value) if isinstance(value, str) else number_value(value)
