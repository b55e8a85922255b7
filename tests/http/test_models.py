from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from chalicelib.domain.visitor import Device
from chalicelib.http.fields import Money, Name, TimeZone
from chalicelib.http.models import (
    Body,
    LenientQuery,
    ListQuery,
    NoContent,
    Page,
    Patch,
    RequestModel,
    ResponseModel,
    validate,
)
from chalicelib.http.problems import ValidationFailed
from tests import strategies as some
from tests.http.support import errors_of


class Inner(RequestModel):
    weight: int = Field(1, ge=0, le=9)
    open: bool = True


class Outer(RequestModel):
    name: Name
    price: Money = "0"
    zone: TimeZone = "UTC"
    device: Device = Device.MOBILE
    note: Annotated[str, Field(max_length=3)] | None = None
    inner: Inner = Inner()
    offers: list[Inner] = Field([], max_length=2)


def _errors(**document: Any) -> list[tuple[str, str]]:
    return errors_of(Outer, document)


def test_valid_document_becomes_its_model() -> None:
    document = {"name": "A", "price": "1.50", "device": "tablet", "inner": {"weight": 3}, "offers": [{"open": False}]}

    assert validate(Outer, document) == Outer(
        name="A", price="1.50", device=Device.TABLET, inner=Inner(weight=3), offers=[Inner(open=False)]
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"name": 3}, ("/name", "must be a string"), id="another type"),
        pytest.param({"name": ""}, ("/name", "must not be empty"), id="too short"),
        pytest.param({"name": "x" * 201}, ("/name", "must have at most 200 characters"), id="too long"),
        pytest.param({"name": None}, ("/name", "must be a string"), id="null"),
        pytest.param(
            {"note": "long"}, ("/note", "must have at most 3 characters"), id="too long where null is allowed"
        ),
        pytest.param({"price": 1.5}, ("/price", "must be a string"), id="money as a number"),
        pytest.param(
            {"device": "fridge"},
            ("/device", "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'"),
            id="another value",
        ),
        pytest.param({"inner": 3}, ("/inner", "must be an object"), id="not an object"),
        pytest.param({"inner": {"weight": -1}}, ("/inner/weight", "must be 0 or more"), id="too small"),
        pytest.param({"inner": {"weight": 10}}, ("/inner/weight", "must be 9 or less"), id="too large"),
        pytest.param({"inner": {"weight": 10**30}}, ("/inner/weight", "must be 9 or less"), id="far too large"),
        pytest.param({"inner": {"weight": 1.5}}, ("/inner/weight", "must be a whole number"), id="a fraction"),
        pytest.param(
            {"inner": {"weight": "1"}}, ("/inner/weight", "must be a whole number"), id="a number in a string"
        ),
        pytest.param({"inner": {"weight": True}}, ("/inner/weight", "must be a whole number"), id="true as a number"),
        pytest.param({"inner": {"open": 1}}, ("/inner/open", "must be true or false"), id="a number as true"),
        pytest.param({"offers": {}}, ("/offers", "must be a list"), id="not a list"),
        pytest.param({"offers": [{}, {}, {}]}, ("/offers", "must have at most 2 entries"), id="too many"),
        pytest.param({"offers": [{}, {"weight": -1}]}, ("/offers/1/weight", "must be 0 or more"), id="in a list"),
        pytest.param({"other": 1}, ("/other", "is not a known field"), id="an unknown field"),
        pytest.param({"inner": {"other": 1}}, ("/inner/other", "is not a known field"), id="a nested unknown field"),
        pytest.param({"a/b~c": 1}, ("/a~1b~0c", "is not a known field"), id="a name with characters to escape"),
        pytest.param({"~1": 1}, ("/~01", "is not a known field"), id="a name that looks escaped"),
    ],
)
def test_error_has_the_pointer_and_the_rule(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert _errors(**{"name": "A", **changes}) == [error]


def test_missing_field_is_an_error() -> None:
    assert _errors() == [("/name", "is required")]


def test_all_errors_are_returned_together() -> None:
    errors = _errors(price="-1", inner={"weight": -1, "open": "yes"}, offers=[{"weight": 10}], more=1)

    assert errors == [
        ("/name", "is required"),
        ("/price", 'must be a decimal string of 0 or more, such as "1.50"'),
        ("/inner/weight", "must be 0 or more"),
        ("/inner/open", "must be true or false"),
        ("/offers/0/weight", "must be 9 or less"),
        ("/more", "is not a known field"),
    ]


@pytest.mark.parametrize("half", [0xD800, 0xDC00, 0xDFFF], ids=hex)
def test_lone_surrogate_is_rejected(half: int) -> None:
    with pytest.raises(ValidationFailed):
        validate(Outer, {"name": f"a{chr(half)}b"})


def test_lone_surrogate_is_returned_with_the_other_errors() -> None:
    assert _errors(name="\ud800", price=1) == [
        ("/name", "must be valid Unicode"),
        ("/price", "must be a string"),
    ]


def test_deeply_nested_document_is_rejected() -> None:
    nested: dict[str, Any] = {}
    for _ in range(500):
        nested = {"inner": nested}

    assert [pointer for pointer, _ in _errors(**nested)] == [""]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"limit": 0}, ("/limit", "must be 1 or more"), id="none"),
        pytest.param({"limit": 201}, ("/limit", "must be 200 or less"), id="too many"),
        pytest.param({"limit": "ten"}, ("/limit", "must be a whole number"), id="a word"),
        pytest.param({"cursor": "x" * 1001}, ("/cursor", "must have at most 1000 characters"), id="a long cursor"),
        pytest.param({"page": 2}, ("/page", "is not a known field"), id="another parameter"),
    ],
)
def test_list_query_is_validated_like_a_body(changes: dict[str, Any], error: tuple[str, str]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(ListQuery, changes)

    assert raised.value.errors == (error,)


def test_list_has_50_items_by_default() -> None:
    assert validate(ListQuery, {}) == ListQuery(limit=50, cursor=None)


def test_page_contains_its_cursor() -> None:
    class Named(ResponseModel):
        name: str

    assert (
        Page(items=[Named(name="A")], next_cursor=None).model_dump_json()
        == '{"items":[{"name":"A"}],"next_cursor":null}'
    )


def test_no_content_is_empty() -> None:
    assert (NoContent().model_dump(), NoContent.ONE_TIME_FIELDS) == ({}, frozenset())


BEFORE = {
    "name": "A",
    "price": "1",
    "zone": "UTC",
    "device": "mobile",
    "note": "abc",
    "inner": {"weight": 2, "open": False},
    "offers": [{"weight": 1, "open": True}, {"weight": 2, "open": True}],
}


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"name": "B"}, {"name": "B"}, id="one field"),
        pytest.param({"note": None}, {"note": None}, id="null removes"),
        pytest.param({"price": None}, {"price": "0"}, id="null resets to the default"),
        pytest.param({"inner": {"weight": 3}}, {"inner": {"weight": 3, "open": False}}, id="inside an object"),
        pytest.param({"inner": {"open": None}}, {"inner": {"weight": 2, "open": True}}, id="null inside an object"),
        pytest.param({"inner": None}, {"inner": {"weight": 1, "open": True}}, id="null for an object"),
        pytest.param({"offers": [{"weight": 7}]}, {"offers": [{"weight": 7, "open": True}]}, id="a list is replaced"),
        pytest.param({"offers": []}, {"offers": []}, id="an empty list"),
    ],
)
def test_patch_is_merged_into_the_document(changes: dict[str, Any], after: dict[str, Any]) -> None:
    assert Patch(Outer, changes).apply_to(BEFORE).model_dump(mode="json") == {**BEFORE, **after}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"name": None}, ("/name", "is required"), id="a required field removed"),
        pytest.param({"inner": 3}, ("/inner", "must be an object"), id="another type"),
        pytest.param(
            {"inner": {"weight": {"a": 1}}}, ("/inner/weight", "must be a whole number"), id="an object for a number"
        ),
        pytest.param({"id": "x"}, ("/id", "is not a known field"), id="an unknown field"),
    ],
)
def test_patched_document_is_validated(changes: dict[str, Any], error: tuple[str, str]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        Patch(Outer, changes).apply_to(BEFORE)

    assert raised.value.errors == (error,)


def test_patch_does_not_change_the_original() -> None:
    before = {"name": "A", "inner": {"weight": 2}}
    Patch(Outer, {"name": "B", "inner": {"weight": 3, "open": None}}).apply_to(before)

    assert before == {"name": "A", "inner": {"weight": 2}}


class Anything(RequestModel):
    a: Any = None
    b: Any = None
    e: Any = None


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": "foo"}, {"b": [None]}, {"a": "foo", "b": [None]}),
        ({"a": "foo"}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
    ids=str,
)
def test_patch_merges_like_the_examples_of_rfc_7396(
    target: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]
) -> None:
    assert Patch(Anything, patch).apply_to(target) == Anything(**result)


values = st.recursive(
    st.integers() | some.texts | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abe"), values)


@given(objects, objects)
def test_patch_is_idempotent(target: dict[str, Any], patch: dict[str, Any]) -> None:
    once = Patch(Anything, patch).apply_to(target)

    assert Patch(Anything, patch).apply_to(once.model_dump(exclude_unset=True)) == once


class LenientName(LenientQuery):
    name: str = ""


def test_lenient_query_ignores_what_is_unknown_or_absent() -> None:
    parameters = {"name": "", "other": "x"}
    assert LenientName.present(parameters) == {"other": "x"}
    assert validate(LenientName, parameters) == LenientName()
    assert validate(LenientName, {"name": "a"}).name == "a"


def test_lenient_query_without_required_parameters_is_complete() -> None:
    assert LenientName.is_complete({})


def test_wrong_name_in_an_object_has_the_pointer_of_its_value() -> None:
    class Prices(RequestModel):
        prices: dict[Annotated[str, Field(max_length=1)], int]

    assert errors_of(Prices, {"prices": {"ab": 1}}) == [("/prices/ab", "must have at most 1 characters")]


def test_body_is_validated_together_with_what_it_refers_to() -> None:
    body = Body(Inner, {"weight": -1, "more": 1})
    with pytest.raises(ValidationFailed) as raised:
        body.validated(lambda sent: [("/weight", f"is {sent['weight']}")])

    assert raised.value.errors == (
        ("/weight", "must be 0 or more"),
        ("/weight", "is -1"),
        ("/more", "is not a known field"),
    )
    assert Body(Inner, {"weight": 2}).validated() == Inner(weight=2)


def test_further_errors_alone_make_a_document_invalid() -> None:
    with pytest.raises(ValidationFailed) as raised:
        Patch(Inner, {"weight": 2}).apply_to({}, lambda _: [("/weight", "is taken")])

    assert raised.value.errors == (("/weight", "is taken"),)
