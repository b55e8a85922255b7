"""The served document, and what tests look up in it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

import app
from chalicelib.endpoints import ENDPOINTS
from chalicelib.routing.redirect import PATHS
from tests.conftest import Api, ApiResponse
from tests.documents import good

IMPLIED = {(endpoint.path, "HEAD") for endpoint in ENDPOINTS}
"""The document says once that HEAD is answered wherever GET is."""

ROUTES = [(path, method) for path, methods in app.app.routes.items() for method in methods]
SPARE = {(path, method) for path in PATHS[1:] for method in ("GET", "HEAD")}
"""Links with slashes pasted behind their code: answered, but no part of the contract."""

OPERATIONS = [route for route in ROUTES if route not in IMPLIED | SPARE]


@cache
def served_document() -> dict[str, Any]:
    """The served document. It does not depend on the tables."""
    served: dict[str, Any] = good(Api().get("/openapi.json"))
    return served


def operation(path: str, method: str) -> dict[str, Any]:
    described: dict[str, Any] = served_document()["paths"][path][method.lower()]
    return described


def resolved(reference: str) -> Any:
    value: Any = served_document()
    for step in reference.removeprefix("#/").split("/"):
        value = value[step]
    return value


def response_of(path: str, method: str, status: int | str) -> dict[str, Any]:
    """The response to a status, where it is described."""
    response: dict[str, Any] = operation(path, method)["responses"][str(status)]
    return resolved(response["$ref"]) if "$ref" in response else response


def body_schema(path: str, method: str) -> dict[str, Any]:
    schema: dict[str, Any] = operation(path, method)["requestBody"]["content"]["application/json"]["schema"]
    return schema


def schema_errors(schema: dict[str, Any], instance: Any) -> list[str]:
    """The validation errors of an instance."""
    complete = {**schema, "components": served_document()["components"]}
    validator = Draft202012Validator(complete, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(instance)]


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a part of the document, with its path."""
    if isinstance(node, dict):
        yield path, node
        for name, child in node.items():
            yield from nodes(child, f"{path}/{name}")
    elif isinstance(node, list):
        for n, child in enumerate(node):
            yield from nodes(child, f"{path}/{n}")


def check(path: str, method: str, response: ApiResponse) -> None:
    """Check that the document describes the response with its content type and schema."""
    content = response_of(path, method, response.status).get("content", {})
    if not content:
        assert response.text == "", (path, method)
        return
    ((content_type, described),) = content.items()
    assert response.headers["Content-Type"].partition(";")[0] == content_type, (path, method)
    body = response.json if content_type.endswith("json") else response.text
    assert schema_errors(described["schema"], body) == [], (path, method)
