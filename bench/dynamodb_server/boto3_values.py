"""Attribute values of the wire as boto3's client takes them."""

import base64
from typing import Any


def native(value: Any) -> Any:  # noqa: ANN401 - any attribute value
    """An item or value of the wire with its binaries as bytes."""
    if isinstance(value, dict):
        return {name: base64.b64decode(each) if name == "B" else native(each) for name, each in value.items()}
    return [native(each) for each in value] if isinstance(value, list) else value
