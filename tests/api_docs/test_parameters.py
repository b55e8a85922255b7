import re
from typing import Any

import pytest

from chalicelib.api_docs.parameters import parameter
from chalicelib.endpoints import ENDPOINTS
from tests.api_docs.support import OPERATIONS, operation


def test_every_path_parameter_is_described() -> None:
    for path, method in OPERATIONS:
        parameters = operation(path, method)["parameters"]
        named = {each["name"] for each in parameters if each["in"] == "path" and each["required"]}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_post_has_an_idempotency_key_and_an_edit_has_if_match() -> None:
    for endpoint in ENDPOINTS:
        parameters = operation(endpoint.path, endpoint.method)["parameters"]
        headers = {each["name"] for each in parameters if each["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (endpoint.method == "POST"), endpoint
        assert "If-Match" in headers or endpoint.method not in {"PATCH", "PUT"}, endpoint


def test_list_has_limit_and_cursor() -> None:
    parameters = operation("/admin/applications", "get")["parameters"]
    names = ("limit", "cursor", "q", "count", "status", "smartlink_id", "publisher_id", "sort")
    assert {each["name"]: each["in"] for each in parameters} == dict.fromkeys(names, "query")


def test_every_parameter_has_a_description() -> None:
    for path, method in OPERATIONS:
        for each in operation(path, method)["parameters"]:
            assert each["description"].strip(), (path, each["name"])
            assert "description" not in each["schema"], (path, each["name"])


def test_no_parameter_is_null() -> None:
    for path, method in OPERATIONS:
        for each in operation(path, method)["parameters"]:
            assert {"type": "null"} not in each["schema"].get("anyOf", []), (path, each["name"])
            assert each["schema"].get("default", "") is not None, (path, each["name"])


@pytest.mark.parametrize(
    ("schema", "description"),
    [({"type": "string", "description": "Own."}, "Own."), ({"type": "string"}, "An ISO 4217 code.")],
)
def test_own_description_of_a_field_precedes_that_of_its_name(schema: dict[str, Any], description: str) -> None:
    described = parameter("currency", "query", schema, is_required=False)
    assert (described["description"], described["schema"]) == (description, {"type": "string"})
