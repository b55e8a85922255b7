import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api_docs.support import (
    OPERATIONS,
    nodes,
    operation,
    resolved,
    served_document,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return served_document()


# The document


def test_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_document_describes_exactly_the_routes_of_the_application(document: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert described == set(OPERATIONS)


def test_every_reference_can_be_resolved(document: dict[str, Any]) -> None:
    used = {node["$ref"] for _, node in nodes(document) if "$ref" in node}
    assert len(used) > 20
    assert all(resolved(each) for each in used)


def test_operation_ids_are_unique() -> None:
    ids = [operation(*each)["operationId"] for each in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_operation_ids_are_stable() -> None:
    """Clients are generated from operation IDs: add a line for a new endpoint, never change one."""
    operation_ids = {f"{method} {path} {operation(path, method)['operationId']}" for path, method in OPERATIONS}
    assert operation_ids == set((ROOT / "tests/fixtures/operation_ids.txt").read_text().splitlines())


def test_every_component_is_used(document: dict[str, Any]) -> None:
    used = {node["$ref"] for _, node in nodes(document) if "$ref" in node}
    for kind in ("schemas", "responses", "headers"):
        assert {f"#/components/{kind}/{name}" for name in document["components"][kind]} <= used


def test_document_is_small_enough_to_be_read_at_once(document: dict[str, Any]) -> None:
    assert len(json.dumps(document)) < 500_000
