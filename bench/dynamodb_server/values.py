"""Attribute values in DynamoDB's JSON: how they compare, and how large they count.

Sizes follow the guide's page "DynamoDB item sizes and formats": names and texts in UTF-8 bytes, binaries in raw
bytes, numbers at about a byte for two significant digits and one more, true, false and null 1, lists and maps 3 and
1 for each entry.
"""

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

TypedValue = Mapping[str, Any]
"""One typed value: `{"S": "text"}`, `{"N": "12"}`, …"""

TypedItem = Mapping[str, TypedValue]

_CONTAINER, _ENTRY = 3, 1


def plain(value: TypedValue) -> Any:  # noqa: ANN401 - as many types as DynamoDB has
    """The value as Python compares it: numbers as `Decimal`, binaries as bytes, the rest as it is."""
    ((kind, held),) = value.items()
    if kind == "N":
        return Decimal(held)
    return base64.b64decode(held) if kind == "B" else held


def same_kind(one: TypedValue, other: TypedValue) -> bool:
    """Whether two values are of one type, as only those compare."""
    return one.keys() == other.keys()


def item_bytes(item: TypedItem) -> int:
    """How large the item counts, in bytes."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: TypedValue) -> int:
    """How large one value counts, in bytes, without its name."""
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return _number_bytes(held)
    if kind == "B":
        return len(base64.b64decode(held))
    if kind == "M":
        return _CONTAINER + item_bytes(held) + _ENTRY * len(held)
    if kind == "L":
        return _CONTAINER + sum(_ENTRY + value_bytes(each) for each in held)
    if kind in {"SS", "NS", "BS"}:
        return sum(value_bytes({kind[0]: each}) for each in held)
    return 1


def _number_bytes(text: str) -> int:
    digits = len(Decimal(text).normalize().as_tuple().digits)
    return (digits + 1) // 2 + 1 + text.startswith("-")
