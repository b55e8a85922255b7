"""Values as DynamoDB writes them: `{"S": "text"}`, `{"N": "1"}`, `{"BOOL": true}`, `{"B": "base64"}`."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
"""An item, its attributes in DynamoDB's JSON."""


def string_value(value: str) -> dict[str, str]:
    """A text."""
    return {"S": value}


def number_value(value: int) -> dict[str, str]:
    """A whole number."""
    return {"N": str(value)}


def to_python(item: Item) -> dict[str, Any]:
    """The item's texts, whole numbers, truth values and bytes. Raises KeyError for an attribute of another kind."""
    return {name: _READERS[kind](value) for name, typed in item.items() for kind, value in typed.items()}


_READERS: Mapping[str, Any] = {"S": str, "N": int, "BOOL": bool, "B": b64decode}
