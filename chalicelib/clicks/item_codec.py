"""Convert a click to a DynamoDB item and back. Unset fields are omitted."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chalicelib.domain.click import CLICK_FIELDS, FieldKind, complete_click
from chalicelib.dynamodb.attribute_values import Item, number_value, string_value

RESTORED = "restored"
"""Attribute of an item that was put back from the archive. It was counted before, so the stream skips it."""


class _Codec(NamedTuple):
    """How values of one kind are written and read: an attribute value, its type, and back."""

    encode: Callable[[Any], Mapping[str, Any]]
    type: str
    decode: Callable[[Any], Any]


def _flag_value(value: bool) -> dict[str, bool]:  # noqa: FBT001 - it is the value
    return {"BOOL": value}


def _json_value(value: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {"S": json.dumps(value)}


def _texts(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return an object of texts, or None. Others would stop the counting of every later click."""
    value = json.loads(text)
    if value is not None and not (isinstance(value, dict) and all(isinstance(each, str) for each in value.values())):
        message = f"not an object of texts: {text}"
        raise ValueError(message)
    return value


_CODECS = {
    FieldKind.TEXT: _Codec(string_value, "S", str),
    FieldKind.NUMBER: _Codec(number_value, "N", int),
    FieldKind.FLAG: _Codec(_flag_value, "BOOL", bool),
    FieldKind.JSON: _Codec(_json_value, "S", _texts),
}
_ENCODERS = {name: (field.stored, _CODECS[field.kind].encode) for name, field in CLICK_FIELDS.items()}
_DECODERS = {
    "expires_at": ("expires_at", _CODECS[FieldKind.NUMBER]),
    **{field.stored: (name, _CODECS[field.kind]) for name, field in CLICK_FIELDS.items()},
}


def encode(click: Mapping[str, Any], expires_at: int) -> Item:
    """Return the DynamoDB item of a click, of which `ClickRow` is the model; `expires_at` in seconds since 1970.

    Raises KeyError for a field that `CLICK_FIELDS` does not list.
    """
    item: dict[str, Mapping[str, Any]] = {"expires_at": number_value(expires_at)}
    for name, value in click.items():
        if value is not None:
            stored, encode_value = _ENCODERS[name]
            item[stored] = encode_value(value)
    return item


def decode(item: Item) -> dict[str, Any]:
    """Return the fields of a stored click, with defaults for what its release did not write.

    Unknown attributes are ignored. Raises KeyError or ValueError for a field of a wrong type.
    """
    known = ((_DECODERS[stored], value) for stored, value in item.items() if stored in _DECODERS)
    return complete_click({name: codec.decode(value[codec.type]) for (name, codec), value in known})
