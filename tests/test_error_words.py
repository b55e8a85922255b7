"""Every field of every request is broken in every way: each error must be in our words."""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest

from chalicelib.conversions.schemas import ReportedAmounts
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.dispatch import load_view
from chalicelib.http.error_details import UNKNOWN
from chalicelib.http.models import LenientQuery, RequestModel, validate
from chalicelib.http.problems import ValidationFailed

BROKEN: tuple[Any, ...] = (
    *(None, True, 0, 3, -(10**9), 10**9, 10**30, 1.5, -0.1),
    *("", "z", "zz", "x" * 5000, "2026-13-01", "2026-11-31T00:00:00Z", "a b", "https://[::1/", "1e5", "\ud800", "{"),
    *([], [None], ["zz"], [3] * 6000, [["a"]], {}, {"zz": None}, {"": ""}, {"zz": {"zz": 1}}, {"sub1": ["*"] * 51}),
)
FOREIGN = re.compile(
    r"Input|should|valid (string|integer|list|dict|number|boolean)|Value error|match pattern|NoneType|Exception"
    r"|\b(str|int|dict|bool|float|None|object at)\b|\^|\\|\[[a-zA-Z0-9]-|\(\?|\)\*|\]\+"
)
"""Words of pydantic and Python, and pieces of regular expressions."""


def models() -> list[type[RequestModel]]:
    """Return the models of all bodies and queries."""
    views = [load_view(endpoint) for endpoint in ENDPOINTS]
    used = [model for view in views for model in (view.body, view.patch, view.query) if model]
    return sorted({*used, ReportedAmounts}, key=lambda model: f"{model.__module__}.{model.__name__}")


def documents(model: type[RequestModel]) -> Iterator[dict[str, Any]]:
    """Yield documents with one broken value each, in every field and at every depth."""
    yield {"an_unknown_field": "1"}
    for name, field in model.model_fields.items():
        for value in broken_values(field.annotation):
            # The parameters of a postback are always texts.
            if isinstance(value, str) or not issubclass(model, LenientQuery):
                yield {field.alias or name: value}


def broken_values(annotation: Any) -> Iterator[Any]:
    """Yield broken values of a field, and values that contain one further inside."""
    yield from BROKEN
    yield from inner_values(annotation)


def inner_values(annotation: Any) -> Iterator[Any]:
    kind, arguments = get_origin(annotation), get_args(annotation)
    if kind is Annotated:
        yield from inner_values(arguments[0])
    elif kind in (Union, UnionType):
        for option in arguments:
            yield from inner_values(option)
    elif kind is list:
        yield from ([value] for value in broken_values(arguments[0]))
    elif kind is dict:
        yield from ({name: value} for name in ("zz", "ios", "sub1") for value in broken_values(arguments[1]))
    elif isinstance(annotation, type) and issubclass(annotation, RequestModel):
        yield from documents(annotation)


def errors_of(model: type[RequestModel], document: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    try:
        validate(model, document)
    except ValidationFailed as failed:
        return failed.errors
    return ()


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_error_of_every_request_is_in_our_words(model: type[RequestModel]) -> None:
    found = {detail for document in documents(model) for _, detail in errors_of(model, document)}

    assert [detail for detail in sorted(found) if FOREIGN.search(detail) or detail == UNKNOWN] == []


def test_many_ways_are_tried() -> None:
    tried = [document for model in models() for document in documents(model)]

    assert len(models()) > 30
    assert len(tried) > 5000
