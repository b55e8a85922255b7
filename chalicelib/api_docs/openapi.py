"""The OpenAPI 3.1 document, made from the table of calls and the models that validate them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chalicelib.api_docs.schemas import ProblemDocument
from chalicelib.endpoints import Endpoint
from chalicelib.http.models import NoContent, RequestModel, ResponseModel
from chalicelib.http.view import ViewSignature
from chalicelib.routing import tracking_parameters

Schema = dict[str, Any]
_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_PROBLEM = "application/problem+json"
_SIDES = {"admin": "Admin", "publisher": "Publisher"}


def document(views: Iterable[tuple[Endpoint, ViewSignature]], server: str) -> Schema:
    """The whole document for calls and their views; `server` is the address they answer at."""
    described = list(views)
    models = _models(view for _, view in described)
    definitions = _definitions(models)
    paths: dict[str, Schema] = {"/s/{code}": _redirect()}
    for endpoint, view in described:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, view, definitions)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Smartlink",
            "version": "0.1.0",
            "description": "One link in front of a pool of offers. Money is a decimal string, times are ISO 8601 UTC.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(definitions.schemas.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "slk_…"}},
        },
    }


def text(described: Schema) -> str:
    """The document as it is sent."""
    return json.dumps(described, separators=(",", ":"))


class _Definitions:
    """The models' schemas, and a reference to each."""

    def __init__(self, references: Mapping[Any, Schema], schemas: dict[str, Schema]) -> None:
        self._references = references
        self.schemas = schemas

    def of(self, model: type[BaseModel]) -> Schema:
        """A reference to the model's schema."""
        return self._references[(model, _mode(model))]

    def patch_of(self, model: type[BaseModel]) -> Schema:
        """A reference to the schema of a merge patch of the model: nothing required, null takes a field back."""
        return self._patched(self.of(model))

    def _patched(self, schema: Schema) -> Schema:
        """The schema of what a patch may hold in this place; lists and plain values are replaced whole."""
        if "anyOf" in schema:
            return {**schema, "anyOf": [self._patched(each) for each in schema["anyOf"]]}
        name = schema.get("$ref", "").rpartition("/")[2]
        properties = self.schemas.get(name, {}).get("properties")
        if properties is None:
            return schema
        patch = f"{name}Patch"
        whole = {key: value for key, value in self.schemas[name].items() if key != "required"}
        optional = {
            key: {"anyOf": [self._patched(_bare(value)), {"type": "null"}]} for key, value in properties.items()
        }
        self.schemas[patch] = {**whole, "title": patch, "properties": optional}
        return {"$ref": _REF.format(model=patch)}


def _bare(schema: Schema) -> Schema:
    """The schema without its default: what a patch leaves out stays as it is."""
    return {key: value for key, value in schema.items() if key != "default"}


def _mode(model: type[BaseModel]) -> JsonSchemaMode:
    return "serialization" if issubclass(model, ResponseModel) else "validation"


def _models(views: Iterable[ViewSignature]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {ProblemDocument: None}
    for view in views:
        for model in (view.body, view.patch, view.query, view.answer):
            if model is not None and model is not NoContent:
                found[model] = None
    return list(found)


def _definitions(models: Iterable[type[BaseModel]]) -> _Definitions:
    references, schemas = models_json_schema([(model, _mode(model)) for model in models], ref_template=_REF)
    return _Definitions(references, schemas["$defs"])


def _operation(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions) -> Schema:
    operation: Schema = {
        "operationId": endpoint.operation_id,
        "summary": view.summary,
        "tags": [_SIDES.get(endpoint.audience, "Service")],
        "parameters": list(_parameters(endpoint, view, definitions)),
        "responses": {
            **{str(status): _success(endpoint, view, definitions, status) for status in _successes(endpoint)},
            **{str(status): _problem(status, definitions) for status in sorted(set(_problems(endpoint, view)))},
        },
    }
    if endpoint.audience in _SIDES:
        operation["security"] = [{"key": []}]
    if view.body or view.patch:
        schema = definitions.of(view.body) if view.body else definitions.patch_of(view.patch or RequestModel)
        required = bool(view.body and any(each.is_required() for each in view.body.model_fields.values()))
        operation["requestBody"] = {"required": required, "content": {_JSON: {"schema": schema}}}
    elif _is_posted(endpoint, view):
        posted = {"schema": _partial(_query_schema(view, definitions))}
        operation["requestBody"] = {"required": False, "content": {_FORM: posted, _JSON: posted}}
    return operation


def _is_posted(endpoint: Endpoint, view: ViewSignature) -> bool:
    """Whether the parameters may stand in the body as well as in the query string."""
    return endpoint.method == "POST" and view.query is not None


def _query_schema(view: ViewSignature, definitions: _Definitions) -> Schema:
    assert view.query  # noqa: S101 - asked only of views that take one
    found: Schema = definitions.schemas[definitions.of(view.query)["$ref"].rpartition("/")[2]]
    return found


def _partial(schema: Schema) -> Schema:
    """The schema with nothing required: the rest may stand elsewhere."""
    return {key: value for key, value in schema.items() if key != "required"}


def _successes(endpoint: Endpoint) -> list[int]:
    return [endpoint.status, *(status for status in endpoint.also if status < HTTPStatus.BAD_REQUEST)]


def _problems(endpoint: Endpoint, view: ViewSignature) -> Iterator[int]:
    yield from (status for status in endpoint.also if status >= HTTPStatus.BAD_REQUEST)
    if endpoint.audience in _SIDES:
        yield from (401, 403, 503)
    if "{" in endpoint.path:
        yield 404
    if endpoint.method in ("POST", "PATCH"):
        yield from (400, 413, 422)
    if view.query and endpoint.media == _JSON:
        yield 422
    if endpoint.versioned:
        yield 412


def _parameters(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions) -> Iterator[Schema]:
    for name in _PARAMETER.findall(endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if view.query:
        described = _query_schema(view, definitions)
        required = [] if _is_posted(endpoint, view) else described.get("required", [])
        for name, schema in described["properties"].items():
            yield {"name": name, "in": "query", "required": name in required, "schema": schema}
    if endpoint.versioned:
        yield _header("If-Match", "The version the edit expects, as its ETag")
    if endpoint.method == "POST":
        yield _header("Idempotency-Key", "Makes a repeated request harmless for 24 hours")


def _header(name: str, description: str) -> Schema:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _success(endpoint: Endpoint, view: ViewSignature, definitions: _Definitions, status: int) -> Schema:
    description = HTTPStatus(status).phrase
    if view.answer is NoContent:
        return {"description": description}
    schema = definitions.of(view.answer) if view.answer else {"type": "string"}
    if endpoint.media == _JSON and view.answer is None:
        schema = {"type": "object"}
    content: Schema = {endpoint.media: {"schema": schema}}
    if endpoint.also_media:
        content[endpoint.also_media] = {"schema": {"type": "string"}}
    return {"description": description, "content": content}


def _problem(status: int, definitions: _Definitions) -> Schema:
    content = {_PROBLEM: {"schema": definitions.of(ProblemDocument)}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _redirect() -> Schema:
    """The redirect has no model: what it takes is the labels' names, what it answers is a Location."""
    page = {"content": {"text/html": {"schema": {"type": "string"}}}}
    query = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "string", "maxLength": tracking_parameters.MAX_LENGTH},
        }
        for name in tracking_parameters.NAMES
    ]
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}
    shared: Schema = {
        "tags": ["Visitors"],
        "parameters": [code, *query],
        "responses": {
            "302": {
                "description": "To the best eligible offer, or the net below it",
                "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
            },
            "200": {"description": "No offer is available", **page},
            "404": {"description": "Unknown or deleted code", **page},
            "503": {"description": "The tables do not answer and nothing is remembered of the link", **page},
        },
    }
    cookie = {"description": "The click, for the pixel of the campaign that took it", "schema": {"type": "string"}}
    found = shared["responses"]["302"]
    responses = {**shared["responses"], "302": {**found, "headers": {**found["headers"], "Set-Cookie": cookie}}}
    return {
        "get": {"operationId": "followLink", "summary": "Click a link.", **shared, "responses": responses},
        "head": {"operationId": "followLinkHead", "summary": "The same headers; nothing is recorded.", **shared},
    }
