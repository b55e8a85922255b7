from typing import Any

import pytest

from chalicelib.api_docs.definitions import Definitions
from chalicelib.api_docs.examples import example_of
from chalicelib.http.models import RequestModel
from tests.api_docs.support import OPERATIONS, operation, response_of, schema_errors, served_document

NOTHING = Definitions([])


class Empty(RequestModel):
    """A model without fields."""


def test_every_example_is_valid() -> None:
    for name, schema in served_document()["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            for example in described.get("examples", []):
                assert schema_errors(described, example) == [], (name, field)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_example_of_every_body_and_response_is_valid(path: str, method: str) -> None:
    described = [operation(path, method).get("requestBody", {})]
    described += [response_of(path, method, status) for status in operation(path, method)["responses"]]
    for content in (each.get("content", {}) for each in described):
        for media, value in content.items():
            if media.endswith("json") and "$ref" in value["schema"]:
                assert schema_errors(value["schema"], value["example"]) == [], (path, method, media)


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        pytest.param({"type": "string", "examples": ["a", "b"]}, "a", id="an own example"),
        pytest.param({"type": "string", "enum": ["a", "b"]}, "a", id="a closed set"),
        pytest.param({"const": "ok", "type": "string"}, "ok", id="a constant"),
        pytest.param({"type": "string", "format": "date"}, "2026-11-01", id="a day"),
        pytest.param({"type": "string"}, "text", id="any text"),
        pytest.param({"type": "integer"}, 1, id="a whole number"),
        pytest.param({"type": "integer", "minimum": 5}, 5, id="a number with a minimum"),
        pytest.param({"type": "boolean"}, True, id="a yes or no"),
        pytest.param({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1, id="a value or null"),
        pytest.param({"anyOf": [{"type": "string"}], "format": "date"}, "2026-11-01", id="a day or null"),
        pytest.param({"type": "array", "items": {"type": "integer"}}, [1], id="a list"),
        pytest.param({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1], id="a list of two"),
        pytest.param({"type": "object"}, {}, id="any object"),
        pytest.param({"type": "object", "additionalProperties": {"type": "integer"}}, {"name": 1}, id="a mapping"),
        pytest.param({}, None, id="any value"),
    ],
)
def test_example_is_made_from_a_schema(schema: dict[str, Any], example: Any) -> None:
    assert example_of(schema, NOTHING) == example


def test_example_of_a_field_is_that_of_its_name() -> None:
    assert example_of({"type": "string"}, NOTHING, "country") == "US"
    assert example_of({"anyOf": [{"type": "string"}, {"type": "null"}]}, NOTHING, "next_cursor") is None
