"""The schemas of request and response models, with their references."""

import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import getdoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core import core_schema

from chalicelib.http.models import Page, ResponseModel

Schema = dict[str, Any]
_SCHEMAS = "#/components/schemas/"
_PAGE = re.compile(r"\w*Page\[(\w+?)(?:Document|Summary)?\]")
_NUMBERS = ({"type": "integer"}, {"type": "number"})


class _Generator(GenerateJsonSchema):
    """Generates schemas without titles, which repeat names, and without unions that are one type to a client.

    A page is called after its items: `CampaignList` for `Page[CampaignSummary]`.
    """

    def normalize_name(self, name: str) -> str:
        page = _PAGE.fullmatch(name)
        return f"{page[1]}List" if page else super().normalize_name(name)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's own shape
        return False

    def union_schema(self, schema: core_schema.UnionSchema) -> Schema:
        union = super().union_schema(schema)
        # Every integer is a number in JSON.
        return {"type": "number"} if union == {"anyOf": list(_NUMBERS)} else union


class Definitions:
    """The schemas of the models by name, and the references to them."""

    def __init__(self, models: Iterable[type[BaseModel]]) -> None:
        inputs = [(model, _mode(model)) for model in models]
        template = f"{_SCHEMAS}{{model}}"
        self._references: Mapping[Any, Schema]
        self._references, document = models_json_schema(inputs, ref_template=template, schema_generator=_Generator)
        self.schemas: dict[str, Schema] = {
            name: _described(schema) for name, schema in document.get("$defs", {}).items()
        }

    def reference(self, model: type[BaseModel]) -> Schema:
        """Return a reference to the schema of a model."""
        return self._references[(model, _mode(model))]

    def schema(self, model: type[BaseModel]) -> Schema:
        """Return the schema of a model."""
        return self.schemas[_name(self.reference(model))]

    def resolved(self, schema: Schema) -> Schema:
        """Return the schema that a reference refers to; return any other schema unchanged."""
        return self.schemas[_name(schema)] if "$ref" in schema else schema

    def patch_reference(self, model: type[BaseModel]) -> Schema:
        """Return a reference to the merge patch of a model: no field is required, null resets a field."""
        return self._patch_schema(self.reference(model))

    def _patch_schema(self, schema: Schema) -> Schema:
        """Return the schema of a patched value. Only objects are merged; lists and scalars are replaced."""
        if "anyOf" in schema:
            return {**schema, "anyOf": [self._patch_schema(option) for option in schema["anyOf"]]}
        if isinstance(values := schema.get("additionalProperties"), dict):
            return {**schema, "additionalProperties": {"anyOf": [values, {"type": "null"}]}}
        name = _name(schema)
        properties = self.schemas.get(name, {}).get("properties")
        if properties is None:
            return schema
        patch_name = f"{name}Patch"
        base = {key: value for key, value in self.schemas[name].items() if key != "required"}
        optional = {key: _nullable(self._patch_schema(_without_default(value))) for key, value in properties.items()}
        description = f"A change of these fields. {base['description']}"
        self.schemas[patch_name] = {**base, "description": description, "properties": optional}
        return {"$ref": f"{_SCHEMAS}{patch_name}"}

    def used_by(self, node: Any) -> dict[str, Schema]:  # noqa: ANN401 - any JSON value
        """Return the schemas that a part of the document refers to, directly or by other schemas, sorted by name."""
        used: set[str] = set()
        pending = set(_references(node))
        while pending:
            used |= pending
            pending = {name for each in pending for name in _references(self.schemas[each])} - used
        return {name: self.schemas[name] for name in sorted(used)}


def _mode(model: type[BaseModel]) -> JsonSchemaMode:
    return "serialization" if issubclass(model, ResponseModel) else "validation"


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _described(schema: Schema) -> Schema:
    """Return the schema of a model without its title, which repeats its name. Pages share their description."""
    is_page = "next_cursor" in schema.get("properties", {})
    shared = {"description": getdoc(Page)} if is_page and "description" not in schema else {}
    return {**shared, **{key: value for key, value in schema.items() if key != "title"}}


def _without_default(schema: Schema) -> Schema:
    """Return the schema without its default: a patch does not change omitted fields."""
    return {key: value for key, value in schema.items() if key != "default"}


def _nullable(schema: Schema) -> Schema:
    if {"type": "null"} in schema.get("anyOf", []):
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _references(node: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the names of the schemas that a node refers to."""
    if isinstance(node, dict):
        if str(node.get("$ref", "")).startswith(_SCHEMAS):
            yield _name(node)
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _references(child)
