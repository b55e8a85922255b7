"""Operations of the OpenAPI document: one for each endpoint."""

from typing import Any

from chalicelib.api_docs.definitions import Definitions, Schema
from chalicelib.api_docs.info import tag_of
from chalicelib.api_docs.parameters import parameters, takes_form
from chalicelib.api_docs.request_examples import request_example
from chalicelib.api_docs.responses import CSV, JSON, needs_key, responses
from chalicelib.endpoint import MANAGER, OWNER, Endpoint
from chalicelib.http.view import ViewSignature

FORM = "application/x-www-form-urlencoded"
FILE = "application/octet-stream"


def operation(endpoint: Endpoint, view: ViewSignature, definitions: Definitions) -> Schema:
    """Return the operation of an endpoint."""
    summary, _, rest = view.summary.partition(". ")
    described: Schema = {
        "operationId": endpoint.operation_id,
        "summary": summary.removesuffix("."),
        "description": " ".join([*([rest] if rest else []), *_facts(endpoint, view)]),
        "tags": [tag_of(endpoint.path)],
        "security": [{"key": []}] if needs_key(endpoint) else [],
        "parameters": list(parameters(endpoint, view, definitions)),
        "responses": responses(endpoint, view, definitions),
    }
    if body := _request_body(endpoint, view, definitions):
        described["requestBody"] = body
    return described


def _facts(endpoint: Endpoint, view: ViewSignature) -> list[str]:
    """Return sentences that hold for all endpoints of a kind."""
    keys = {"admin": f"Needs an admin key{_role(endpoint)}.", "publisher": "Needs a publisher key."}
    facts = [keys.get(endpoint.audience, "Needs no key.")]
    if endpoint.also_media == CSV:
        facts.append("`format=csv` returns a file.")
    if endpoint.versioned:
        facts.append("`If-Match` refuses the change of a version that you have not seen.")
    if view.patch:
        facts.append("A field that is not sent keeps its value; null resets it.")
    return facts


def _role(endpoint: Endpoint) -> str:
    """Return whose admin key an endpoint needs."""
    owner = "an owner, or your own" if endpoint.is_own else "an owner"
    roles = {OWNER: owner, MANAGER: "a manager or owner"}
    return f" of {roles[endpoint.minimum_role]}" if endpoint.minimum_role in roles else ""


def _request_body(endpoint: Endpoint, view: ViewSignature, definitions: Definitions) -> Schema | None:
    if view.body:
        is_required = any(field.is_required() for field in view.body.model_fields.values())
        content = {JSON: _json(endpoint, definitions.reference(view.body), definitions)}
        if FILE in view.body.READERS:
            content[FILE] = {"schema": {"type": "string", "format": "binary"}}
        return {"required": is_required, "description": _body_description(view), "content": content}
    if view.patch:
        content = {JSON: _json(endpoint, definitions.patch_reference(view.patch), definitions)}
        return {"required": False, "description": "The fields to change (RFC 7396).", "content": content}
    if view.query and takes_form(endpoint, view):
        schema = {key: value for key, value in definitions.schema(view.query).items() if key != "required"}
        content = {media: {"schema": schema} for media in (FORM, JSON)}
        return {"required": False, "description": "The parameters, in place of the query.", "content": content}
    return None


def _body_description(view: ViewSignature) -> str:
    files = [media for media in view.body.READERS if media != FILE] if view.body else []
    return f"JSON, or a file: {', '.join(files)}." if files else "JSON."


def _json(endpoint: Endpoint, schema: Schema, definitions: Definitions) -> dict[str, Any]:
    return {"schema": schema, "example": request_example(endpoint.operation_id, schema, definitions)}
