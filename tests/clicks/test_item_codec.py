"""The item of a click is the one that PynamoDB would write for its model."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute

from chalicelib.clicks import item_codec
from chalicelib.clicks.item_codec import decode
from chalicelib.tables.base import IntegerAttribute
from chalicelib.tables.clicks import ClickRow

ATTRIBUTES = {name: each for name, each in ClickRow.get_attributes().items() if name != "expires_at"}
SHORT = {name: each.attr_name for name, each in ATTRIBUTES.items()}
OPTIONAL = {name for name, each in ATTRIBUTES.items() if each.null}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES: dict[type, st.SearchStrategy[Any]] = {
    UnicodeAttribute: texts,
    IntegerAttribute: st.integers(0, 2**62),
    BooleanAttribute: st.booleans(),
    JSONAttribute: st.dictionaries(texts, texts, max_size=4),
}


def encode(click: dict[str, Any], expires_at: int) -> Any:
    return json.loads(item_codec.encode(click, expires_at))


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Clicks of any fields that the table takes, the optional ones there, None or missing, in any order."""
    kept = draw(st.permutations([name for name in ATTRIBUTES if name not in OPTIONAL or draw(st.booleans())]))
    return {name: draw(_values(name)) for name in kept}


def _values(name: str) -> st.SearchStrategy[Any]:
    values = VALUES[type(ATTRIBUTES[name])]
    return st.none() | values if name in OPTIONAL else values


def a_record() -> dict[str, Any]:
    """A click of which everything is known."""
    examples = {UnicodeAttribute: "x", IntegerAttribute: 1, BooleanAttribute: True, JSONAttribute: {"sub1": "é"}}
    return {name: examples[type(each)] for name, each in ATTRIBUTES.items()}


@given(records(), st.integers(0, 2**40))
def test_click_is_stored_as_its_model_stores_it(click: dict[str, Any], expires_at: int) -> None:
    assert encode(click, expires_at) == ClickRow(**click, expires_at=expires_at).serialize()


@given(records(), st.integers(0, 2**40))
def test_stored_click_is_read_as_its_model_reads_it(click: dict[str, Any], expires_at: int) -> None:
    stored = encode(click, expires_at)
    read = ClickRow.from_raw_data(stored).attribute_values
    known = {name: value for name, value in click.items() if value is not None}
    assert read == {**known, "expires_at": expires_at}
    assert decode(stored) == {"format": 1, **read}


@given(records(), st.integers(0, 2**40))
def test_item_is_ascii_without_spaces_between_its_parts(click: dict[str, Any], expires_at: int) -> None:
    text = item_codec.encode(click, expires_at)
    assert text == json.dumps(json.loads(text), separators=(",", ":"))


def test_model_and_item_have_the_same_names() -> None:
    assert encode(a_record(), 1).keys() == {*SHORT.values(), "expires_at"}
    alone = {name: encode({name: value}, 1).keys() - {"expires_at"} for name, value in a_record().items()}
    assert alone == {name: {short} for name, short in SHORT.items()}


def test_false_is_stored_and_none_is_omitted() -> None:
    assert encode({"is_bot": False, "is_duplicate": None}, 5) == {"expires_at": {"N": "5"}, "bo": {"BOOL": False}}


@pytest.mark.parametrize("name", ["lc", "draw", ""])
def test_unknown_field_is_an_error(name: str) -> None:
    with pytest.raises(KeyError, match=repr(name)):
        encode({**a_record(), name: "x"}, 1)


def test_unknown_attribute_is_ignored() -> None:
    assert decode({"click_id": {"S": "x"}, "zz": {"L": []}}) == {"click_id": "x", "format": 1}


@pytest.mark.parametrize(
    ("stored", "error"),
    [
        ({"lc": {"N": "1"}}, KeyError),
        ({"rv": {"N": "x"}}, ValueError),
        ({"su": {"S": "{"}}, ValueError),
        ({"su": {"S": "[1]"}}, ValueError),
        ({"su": {"S": '{"sub1": 1}'}}, ValueError),
    ],
    ids=["another kind", "no number", "no JSON", "no object", "no text"],
)
def test_stored_field_of_another_type_is_an_error(stored: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode(stored)
