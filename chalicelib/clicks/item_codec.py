"""Convert a click to a DynamoDB item and back. Unset fields are omitted.

The item is written as JSON text at once: through mappings it takes three times as long, on every click.
"""

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from chalicelib.domain.click import CLICK_FIELDS, FieldKind, complete_click
from chalicelib.dynamodb.attribute_values import Item

RESTORED = "restored"
"""Attribute of an item that was put back from the archive. It was counted before, so the stream skips it."""


class _Codec(NamedTuple):
    """How values of one kind are written and read: JSON text, its type in DynamoDB, and back."""

    encode: Callable[[Any], str]
    type: str
    decode: Callable[[Any], Any]


def _number(value: int) -> str:
    return f'"{value}"'


def _flag(value: bool) -> str:  # noqa: FBT001 - it is the value
    return "true" if value else "false"


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return quoted(json.dumps(value))


def _texts(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return an object of texts, or None. Others would stop the counting of every later click."""
    value = json.loads(text)
    if value is not None and not (isinstance(value, dict) and all(isinstance(each, str) for each in value.values())):
        message = f"not an object of texts: {text}"
        raise ValueError(message)
    return value


_CODECS = {
    FieldKind.TEXT: _Codec(quoted, "S", str),
    FieldKind.NUMBER: _Codec(_number, "N", int),
    FieldKind.FLAG: _Codec(_flag, "BOOL", bool),
    FieldKind.JSON: _Codec(_json, "S", _texts),
}
_ENCODERS = {
    name: (f',"{field.stored}":{{"{_CODECS[field.kind].type}":', _CODECS[field.kind].encode)
    for name, field in CLICK_FIELDS.items()
}
"""The text before the value of each field, and the function that writes the value."""
_DECODERS = {
    "expires_at": ("expires_at", _CODECS[FieldKind.NUMBER]),
    **{field.stored: (name, _CODECS[field.kind]) for name, field in CLICK_FIELDS.items()},
}


def encode(click: Mapping[str, Any], expires_at: int) -> str:
    """Return the item of a click as DynamoDB's JSON; `ClickRow` is its model, `expires_at` in seconds since 1970.

    Raises KeyError for a field that `CLICK_FIELDS` does not list.
    """
    parts = [f'{{"expires_at":{{"N":"{expires_at}"}}']
    for name, value in click.items():
        if value is not None:
            start, encode_value = _ENCODERS[name]
            parts += (start, encode_value(value), "}")
    parts.append("}")
    return "".join(parts)


def decode(item: Item) -> dict[str, Any]:
    """Return the fields of a stored click, with defaults for what its release did not write.

    Unknown attributes are ignored. Raises KeyError or ValueError for a field of a wrong type.
    """
    known = ((_DECODERS[stored], value) for stored, value in item.items() if stored in _DECODERS)
    return complete_click({name: codec.decode(value[codec.type]) for (name, codec), value in known})
