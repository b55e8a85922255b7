"""The OpenAPI 3.1 document, generated from the table of endpoints and their request and response models."""

import json
from collections.abc import Iterable

from pydantic import BaseModel

from chalicelib.api_docs.definitions import Definitions, Schema
from chalicelib.api_docs.info import INFO, tags
from chalicelib.api_docs.operations import operation
from chalicelib.api_docs.redirect_operations import PATH, redirect_operations
from chalicelib.api_docs.responses import HEADERS, problem_responses
from chalicelib.api_docs.schemas import ProblemDocument
from chalicelib.endpoint import Endpoint
from chalicelib.http.models import NoContent
from chalicelib.http.view import ViewSignature

_KEY = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "slk_…",
    "description": "An API key: `slk_admin_…` or `slk_pub_…`.",
}


def document(views: Iterable[tuple[Endpoint, ViewSignature]], server: str) -> Schema:
    """Return the document of all endpoints; `server` is the base URL of the API."""
    endpoints = list(views)
    definitions = Definitions(_models(view for _, view in endpoints))
    paths: dict[str, Schema] = {PATH: redirect_operations()}
    for endpoint, view in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation(endpoint, view, definitions)
    problems = _used(problem_responses(definitions), paths)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": server, "description": "This service."}],
        "tags": tags({tag for path in paths.values() for each in path.values() for tag in each["tags"]}),
        "paths": paths,
        "components": {
            "schemas": definitions.used_by([paths, problems]),
            "responses": problems,
            "headers": _used(HEADERS, {"paths": paths, "problems": problems}),
            "securitySchemes": {"key": _KEY},
        },
    }


def text(document: Schema) -> str:
    """Return the document as compact JSON."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _used(components: dict[str, Schema], node: Schema) -> dict[str, Schema]:
    """Return the components that a part of the document refers to."""
    written = text(node)
    return {name: component for name, component in components.items() if f'/{name}"' in written}


def _models(views: Iterable[ViewSignature]) -> list[type[BaseModel]]:
    used = [model for view in views for model in (view.body, view.patch, view.query, view.response)]
    models = [model for model in used if model is not None and model is not NoContent]
    return list(dict.fromkeys([ProblemDocument, *models]))
