from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from chalicelib.domain.visitor import Device
from chalicelib.http.error_details import below, escape_step, in_document_order, validation_errors
from chalicelib.http.models import RequestModel
from tests.http.support import errors_of


class Limited(RequestModel):
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    device: Device = Device.MOBILE
    names: dict[Annotated[str, Field(max_length=3)], str] = Field({})
    tags: list[str] = Field([], min_length=2)
    code: Annotated[str, Field(min_length=2)] = "ab"


@pytest.mark.parametrize(
    ("document", "error"),
    [
        pytest.param({"share": 0}, ("/share", "must be more than 0"), id="a limit without decimal places"),
        pytest.param({"share": 1}, ("/share", "must be less than 1"), id="an upper limit"),
        pytest.param({"share": "a"}, ("/share", "must be a number"), id="no number"),
        pytest.param({"names": []}, ("/names", "must be an object"), id="a list for names"),
        pytest.param({"names": {"long": "a"}}, ("/names/long", "must have at most 3 characters"), id="a long name"),
        pytest.param({"tags": ["a"]}, ("/tags", "must have at least 2 entries"), id="a short list"),
        pytest.param({"code": "a"}, ("/code", "must have at least 2 characters"), id="a short text"),
        pytest.param(
            {"device": " Mobil"},
            ("/device", "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'; did you mean 'mobile'?"),
            id="nearly an allowed value",
        ),
        pytest.param(
            {"device": "x" * 1000},
            ("/device", "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'"),
            id="nothing like an allowed value",
        ),
    ],
)
def test_error_is_in_words(document: dict[str, Any], error: tuple[str, str]) -> None:
    assert errors_of(Limited, document) == [error]


def test_error_that_the_table_lacks_has_no_words_of_pydantic() -> None:
    class Dated(RequestModel):
        code: Annotated[str, Field(pattern="^a+$")]

    with pytest.raises(ValidationError) as raised:
        Dated.model_validate({"code": "b"})
    assert validation_errors(raised.value) == [("/code", "is not valid")]


DOCUMENT = {"b": [{"x": 1}, {"y": {"z": 1}}], "a": 1, "c/d": {"e": 2}}


def test_errors_are_in_the_order_of_the_document_and_each_comes_once() -> None:
    pointers = ["/c~1d/e", "/missing", "/a", "/b/1/y", "/b/1", "/b/7", "/b", "/b/0/x", "/b/1/y/z/deeper", "/a"]

    assert [pointer for pointer, _ in in_document_order([(each, "is wrong") for each in pointers], DOCUMENT)] == [
        *("/missing", "/b", "/b/7", "/b/0/x", "/b/1", "/b/1/y", "/b/1/y/z/deeper", "/a", "/c~1d/e"),
    ]


def test_different_errors_of_one_value_all_stay() -> None:
    assert in_document_order([("/a", "two"), ("/a", "one"), ("/a", "two")], DOCUMENT) == [("/a", "two"), ("/a", "one")]


@given(st.lists(st.tuples(st.sampled_from(["", "/a", "/b/0", "/b/1/y", "/x"]), st.sampled_from("12"))))
def test_order_of_errors_does_not_depend_on_the_order_in_which_they_were_found(errors: list[tuple[str, str]]) -> None:
    found = in_document_order(errors, DOCUMENT)

    assert set(found) == set(errors)
    assert [pointer for pointer, _ in found] == [pointer for pointer, _ in in_document_order(errors[::-1], DOCUMENT)]


def test_pointer_below_another_and_escaped_step() -> None:
    assert below("/smartlink", [("", "is large"), ("/name", "is long")]) == [
        ("/smartlink", "is large"),
        ("/smartlink/name", "is long"),
    ]
    assert escape_step("a/b~c") == "a~1b~0c"
