"""Values in DynamoDB's JSON: `{"S": "text"}`, `{"N": "1"}`, `{"BOOL": true}`, `{"B": "base64"}`."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
"""An item with its attributes in DynamoDB's JSON."""

_CONVERTERS: Mapping[str, Any] = {"S": str, "N": int, "BOOL": bool, "B": b64decode}


def string_value(value: str) -> dict[str, str]:
    """Return a string attribute."""
    return {"S": value}


def number_value(value: int) -> dict[str, str]:
    """Return a number attribute of an integer."""
    return {"N": str(value)}


def to_python(item: Item) -> dict[str, Any]:
    """Return the item's strings, integers, booleans and bytes. Raises KeyError for an attribute of another type."""
    return {name: _CONVERTERS[kind](value) for name, typed in item.items() for kind, value in typed.items()}
