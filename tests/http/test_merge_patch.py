from typing import Any, Literal

import pytest
from pydantic import Field

from chalicelib.http.merge_patch import merged, unknown_nulls
from chalicelib.http.models import Patch, RequestModel
from chalicelib.http.problems import ValidationFailed


class Inner(RequestModel):
    weight: int = 1


class Outer(RequestModel):
    name: str = "a"
    since: str | None = Field(None, alias="from")
    inner: Inner = Inner()
    maybe: Inner | None = None
    names: dict[str, str] = Field({})
    switches: dict[Literal["a", "b"], bool] = Field({})
    offers: list[Inner] = Field([])


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        pytest.param({"name": None, "from": None, "maybe": None, "offers": None}, [], id="known fields"),
        pytest.param({"other": None}, ["/other"], id="an unknown field"),
        pytest.param({"since": None}, ["/since"], id="the name in code of a field"),
        pytest.param({"inner": {"weight": None, "a/b": None}}, ["/inner/a~1b"], id="inside an object"),
        pytest.param({"maybe": {"size": None}}, ["/maybe/size"], id="inside an object that may be null"),
        pytest.param({"names": {"any": None}}, [], id="a name that is data"),
        pytest.param({"switches": {"a": None, "c": None}}, ["/switches/c"], id="a name that is none of a few"),
        pytest.param({"inner": 3, "switches": 3, "offers": [{"size": None}]}, [], id="what the model checks itself"),
        pytest.param({"offers": {"size": None}}, [], id="inside an object in place of a list"),
    ],
)
def test_null_of_an_unknown_field_is_an_error(changes: dict[str, Any], pointers: list[str]) -> None:
    assert list(unknown_nulls(Outer, changes)) == [(pointer, "is not a known field") for pointer in pointers]


def test_patch_reports_every_unknown_field_whether_null_or_not() -> None:
    changes = {"x": None, "y": 1, "inner": {"z": None}, "offers": [{"size": None}]}

    with pytest.raises(ValidationFailed) as raised:
        Patch(Outer, changes).apply_to({"name": "b", "inner": {"weight": 2}})

    unknown = "is not a known field"
    assert set(raised.value.errors) == {(f"/{each}", unknown) for each in ("x", "y", "inner/z", "offers/0/size")}


def test_objects_are_merged_and_everything_else_is_replaced() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2], "e": {"f": None}}) == {
        "a": {"c": 2},
        "d": [2],
        "e": {},
    }
