"""Attribute values in DynamoDB's JSON: comparison and size.

Sizes follow the guide's page "DynamoDB item sizes and formats": names and strings in UTF-8 bytes, binaries in raw
bytes, numbers one byte per two significant digits plus one, booleans and null 1, lists and maps 3 plus 1 per entry.
"""

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

TypedValue = Mapping[str, Any]
"""One typed value: `{"S": "text"}`, `{"N": "12"}`, …"""

TypedItem = Mapping[str, TypedValue]

_CONTAINER, _ENTRY = 3, 1


def plain(value: TypedValue) -> Any:  # noqa: ANN401 - any DynamoDB type
    """Return the value for comparison in Python: numbers as `Decimal`, binaries as bytes, others unchanged."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return base64.b64decode(content) if kind == "B" else content


def same_kind(first: TypedValue, second: TypedValue) -> bool:
    """Return whether two values have the same type. Others do not compare."""
    return first.keys() == second.keys()


def item_bytes(item: TypedItem) -> int:
    """Return the size of the item in bytes."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: TypedValue) -> int:
    """Return the size of one value in bytes, without its name."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return _number_bytes(content)
    if kind == "B":
        return len(base64.b64decode(content))
    if kind == "M":
        return _CONTAINER + item_bytes(content) + _ENTRY * len(content)
    if kind == "L":
        return _CONTAINER + sum(_ENTRY + value_bytes(member) for member in content)
    if kind in {"SS", "NS", "BS"}:
        return sum(value_bytes({kind[0]: member}) for member in content)
    return 1


def _number_bytes(text: str) -> int:
    digits = len(Decimal(text).normalize().as_tuple().digits)
    return (digits + 1) // 2 + 1 + text.startswith("-")
