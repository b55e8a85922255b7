"""Convert attribute values of the wire format for boto3's client."""

import base64
from typing import Any


def to_boto3(value: Any) -> Any:  # noqa: ANN401 - any attribute value
    """Return an item or value of the wire format with its binaries as bytes."""
    if isinstance(value, dict):
        return {name: base64.b64decode(member) if name == "B" else to_boto3(member) for name, member in value.items()}
    return [to_boto3(member) for member in value] if isinstance(value, list) else value
