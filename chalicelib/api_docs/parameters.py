"""Parameters of operations: path, query and headers."""

import re
from collections.abc import Iterator

from chalicelib.api_docs.definitions import Definitions, Schema
from chalicelib.api_docs.parameter_descriptions import description_of
from chalicelib.endpoint import Endpoint
from chalicelib.http.view import ViewSignature

_PARAMETER = re.compile(r"\{(\w+)\}")
_NULL = {"type": "null"}


def parameters(endpoint: Endpoint, view: ViewSignature, definitions: Definitions) -> Iterator[Schema]:
    """Yield the parameters of an endpoint, each with a description."""
    for name in _PARAMETER.findall(endpoint.path):
        yield parameter(name, "path", {"type": "string"}, is_required=True)
    if view.query:
        query = definitions.schema(view.query)
        required = [] if takes_form(endpoint, view) else query.get("required", [])
        for name, schema in query["properties"].items():
            yield parameter(name, "query", _sent(schema), is_required=name in required)
    if endpoint.versioned:
        yield parameter("If-Match", "header", {"type": "string", "examples": ['"3"']}, is_required=False)
    if endpoint.method == "POST":
        yield parameter("Idempotency-Key", "header", {"type": "string"}, is_required=False)
    if 304 in endpoint.also:  # noqa: PLR2004 - Not Modified
        yield parameter("If-None-Match", "header", {"type": "string"}, is_required=False)


def parameter(name: str, place: str, schema: Schema, *, is_required: bool) -> Schema:
    """Return a parameter. Its description is that of the schema, or that of all parameters of its name."""
    described = {key: value for key, value in schema.items() if key != "description"}
    description = schema.get("description") or description_of(name)
    return {"name": name, "in": place, "required": is_required, "description": description, "schema": described}


def takes_form(endpoint: Endpoint, view: ViewSignature) -> bool:
    """Return whether the body may contain the query parameters."""
    return endpoint.method == "POST" and view.query is not None


def _sent(schema: Schema) -> Schema:
    """Return the schema of a parameter as it can be sent: not null."""
    sent = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    options = [option for option in sent.get("anyOf", []) if option != _NULL]
    if len(options) == 1:
        del sent["anyOf"]
        sent = {**options[0], **sent}
    return sent
