"""The OpenAPI 3.1 document, generated from the table of endpoints and their request and response models."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chalicelib.api_docs.schemas import ProblemDocument
from chalicelib.endpoints import Endpoint
from chalicelib.http.models import NoContent, ResponseModel
from chalicelib.http.view import ViewSignature
from chalicelib.routing import tracking_parameters

Schema = dict[str, Any]
_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_PROBLEM = "application/problem+json"
_AUDIENCE_TAGS = {"admin": "Admin", "publisher": "Publisher"}
_INFO = {
    "title": "Smartlink",
    "version": "0.1.0",
    "description": (
        "Money is a decimal string, times are ISO 8601 UTC. HEAD is answered wherever GET is, without any effect.\n\n"
        "[IP Geolocation by DB-IP](https://db-ip.com). Networks by [RouteViews](https://www.routeviews.org), DB-IP "
        "and [NRO](https://www.nro.net)."
    ),
}


def document(views: Iterable[tuple[Endpoint, ViewSignature]], server: str) -> Schema:
    """Return the document of all endpoints; `server` is the base URL of the API."""
    endpoints = list(views)
    definitions = _definitions(_models(view for _, view in endpoints))
    paths: dict[str, Schema] = {"/s/{code}": _redirect_operations()}
    for endpoint, view in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, view, definitions)
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(definitions.schemas.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "slk_…"}},
        },
    }


def text(document: Schema) -> str:
    """Return the document as compact JSON."""
    return json.dumps(document, separators=(",", ":"))


class _Definitions:
    """The schemas of the models with their references."""

    def __init__(self, references: Mapping[Any, Schema], schemas: dict[str, Schema]) -> None:
        self._references = references
        self.schemas = schemas

    def reference(self, model: type[BaseModel]) -> Schema:
        """Return a reference to the schema of a model."""
        return self._references[(model, _mode(model))]

    def patch_reference(self, model: type[BaseModel]) -> Schema:
        """Return a reference to the merge patch of a model: no field is required, null resets a field."""
        return self._patch_schema(self.reference(model))

    def _patch_schema(self, schema: Schema) -> Schema:
        """Return the schema of a patched value. Only objects are merged; lists and scalars are replaced."""
        if "anyOf" in schema:
            return {**schema, "anyOf": [self._patch_schema(option) for option in schema["anyOf"]]}
        if isinstance(values := schema.get("additionalProperties"), dict):
            return {**schema, "additionalProperties": {"anyOf": [values, {"type": "null"}]}}
        name = schema.get("$ref", "").rpartition("/")[2]
        properties = self.schemas.get(name, {}).get("properties")
        if properties is None:
            return schema
        patch_name = f"{name}Patch"
        base = {key: value for key, value in self.schemas[name].items() if key != "required"}
        optional = {
            key: {"anyOf": [self._patch_schema(_without_default(value)), {"type": "null"}]}
            for key, value in properties.items()
        }
        self.schemas[patch_name] = {**base, "title": patch_name, "properties": optional}
        return {"$ref": _REF.format(model=patch_name)}


def _without_default(schema: Schema) -> Schema:
    """Return the schema without its default: a patch does not change omitted fields."""
    return {key: value for key, value in schema.items() if key != "default"}


def _mode(model: type[BaseModel]) -> JsonSchemaMode:
    return "serialization" if issubclass(model, ResponseModel) else "validation"


def _models(views: Iterable[ViewSignature]) -> list[type[BaseModel]]:
    used = [model for view in views for model in (view.body, view.patch, view.query, view.response)]
    models = [model for model in used if model is not None and model is not NoContent]
    return list(dict.fromkeys([ProblemDocument, *models]))


def _definitions(models: Iterable[type[BaseModel]]) -> _Definitions:
    references, schemas = models_json_schema([(model, _mode(model)) for model in models], ref_template=_REF)
    return _Definitions(references, schemas["$defs"])


def _operation(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions) -> Schema:
    operation: Schema = {
        "operationId": endpoint.operation_id,
        "summary": view.summary,
        "tags": [_AUDIENCE_TAGS.get(endpoint.audience, "Service")],
        "parameters": list(_parameters(endpoint, view, definitions)),
        "responses": _responses(endpoint, view, definitions),
    }
    if endpoint.audience in _AUDIENCE_TAGS:
        operation["security"] = [{"key": []}]
    if body := _request_body(endpoint, view, definitions):
        operation["requestBody"] = body
    return operation


def _responses(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions) -> Schema:
    successes = {str(status): _success(endpoint, view, definitions, status) for status in _successes(endpoint)}
    problems = {str(status): _problem(status, definitions) for status in sorted(set(_problems(endpoint, view)))}
    return {**successes, **problems}


def _request_body(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions) -> Schema | None:
    if view.body:
        is_required = any(field.is_required() for field in view.body.model_fields.values())
        others: Schema = {media: {"schema": {"type": "string"}} for media in view.body.READERS}
        return {"required": is_required, "content": {_JSON: {"schema": definitions.reference(view.body)}, **others}}
    if view.patch:
        return {"required": False, "content": {_JSON: {"schema": definitions.patch_reference(view.patch)}}}
    if _accepts_form(endpoint, view):
        content = {"schema": _without_required(_query_schema(view, definitions))}
        return {"required": False, "content": {_FORM: content, _JSON: content}}
    return None


def _accepts_form(endpoint: Endpoint, view: ViewSignature) -> bool:
    """Return whether the body may contain the query parameters."""
    return endpoint.method == "POST" and view.query is not None


def _query_schema(view: ViewSignature, definitions: _Definitions) -> Schema:
    assert view.query  # noqa: S101 - called only for views with a query
    schema: Schema = definitions.schemas[definitions.reference(view.query)["$ref"].rpartition("/")[2]]
    return schema


def _without_required(schema: Schema) -> Schema:
    """Return the schema without required fields: they may be in the query string instead."""
    return {key: value for key, value in schema.items() if key != "required"}


def _successes(endpoint: Endpoint) -> list[int]:
    return [endpoint.status, *(status for status in endpoint.also if status < HTTPStatus.BAD_REQUEST)]


def _problems(endpoint: Endpoint, view: ViewSignature) -> Iterator[int]:
    yield from (status for status in endpoint.also if status >= HTTPStatus.BAD_REQUEST)
    if endpoint.audience in _AUDIENCE_TAGS:
        yield from (401, 403, 503)
    if "{" in endpoint.path:
        yield 404
    if endpoint.method in ("POST", "PATCH", "PUT"):
        yield from (400, 413, 422)
    if view.query and endpoint.media == _JSON:
        yield 422
    if endpoint.versioned:
        yield 412


def _parameters(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions) -> Iterator[Schema]:
    for name in _PARAMETER.findall(endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if view.query:
        query = _query_schema(view, definitions)
        required = [] if _accepts_form(endpoint, view) else query.get("required", [])
        for name, schema in query["properties"].items():
            yield {"name": name, "in": "query", "required": name in required, "schema": schema}
    if endpoint.versioned:
        yield _header("If-Match", "ETag of the version that the edit expects")
    if endpoint.method == "POST":
        yield _header("Idempotency-Key", "Makes retries safe for 24 hours")


def _header(name: str, description: str) -> Schema:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _success(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions, status: int) -> Schema:
    description = HTTPStatus(status).phrase
    if view.response is NoContent:
        return {"description": description}
    schema = definitions.reference(view.response) if view.response else {"type": "string"}
    if endpoint.media == _JSON and view.response is None:
        schema = {"type": "object"}
    content: Schema = {endpoint.media: {"schema": schema}}
    if endpoint.also_media:
        content[endpoint.also_media] = {"schema": {"type": "string"}}
    return {"description": description, "content": content}


def _problem(status: int, definitions: _Definitions) -> Schema:
    content = {_PROBLEM: {"schema": definitions.reference(ProblemDocument)}}
    return {"description": HTTPStatus(status).phrase, "content": content}


_PAGE: Schema = {"text/html": {"schema": {"type": "string"}}}
_CLICK_COOKIE = {"description": "The click ID for the pixel of the offer's campaign", "schema": {"type": "string"}}
_LOCATION = {"schema": {"type": "string", "format": "uri"}}
_REDIRECT_RESPONSES: Schema = {
    "302": {
        "description": "Redirect to the best eligible offer or a fallback",
        "headers": {"Location": _LOCATION},
    },
    "200": {"description": "No offer is available", "content": _PAGE},
    "404": {"description": "Unknown or deleted code", "content": _PAGE},
    "503": {"description": "DynamoDB is unavailable and the link is not cached", "content": _PAGE},
}


def _redirect_operations() -> Schema:
    """Return the operations of the redirect, which has no models."""
    shared: Schema = {"tags": ["Visitors"], "parameters": list(_redirect_parameters())}
    redirect = {**_REDIRECT_RESPONSES["302"], "headers": {"Location": _LOCATION, "Set-Cookie": _CLICK_COOKIE}}
    get = {**shared, "responses": {**_REDIRECT_RESPONSES, "302": redirect}}
    head = {**shared, "responses": _REDIRECT_RESPONSES}
    return {
        "get": {"operationId": "followLink", "summary": "Click a link.", **get},
        "head": {"operationId": "followLinkHead", "summary": "Get the same headers. Nothing is recorded.", **head},
    }


def _redirect_parameters() -> Iterator[Schema]:
    yield {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
    for name in tracking_parameters.NAMES:
        schema = {"type": "string", "maxLength": tracking_parameters.max_length(name)}
        yield {"name": name, "in": "query", "required": False, "schema": schema}
