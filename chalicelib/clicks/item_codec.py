"""A recorded click as its table stores it and its stream tells it: short names, and nothing of what is not known."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.dynamodb.attribute_values import Item, number_value, string_value

_TEXTS = {
    "click_id": "click_id",
    "code": "lc",
    "route_id": "ro",
    "publisher_id": "pu",
    "outcome": "ou",
    "campaign_id": "ca",
    "refusals": "re",
    "arm": "ar",
    "propensity": "pr",
    "segment": "sg",
    "country": "co",
    "region": "rg",
    "city": "ci",
    "device": "de",
    "os": "os",
    "browser": "br",
    "language": "la",
    "source": "so",
    "external_click_id": "ex",
    "parameters": "qu",
}
_NUMBERS = {"at": "at", "route_version": "rv", "epoch": "ep", "weights_version": "wv"}
_FLAGS = {"is_bot": "bo", "is_duplicate": "du"}
_DOCUMENTS = {"sub_ids": "su"}


def item(record: Mapping[str, Any], expires_at: int) -> Item:
    """The record's item, of which `tables.Click` is the model; `expires_at` in seconds since 1970.

    Raises KeyError for a field that the table does not have.
    """
    stored = {"expires_at": number_value(expires_at)}
    for name, value in record.items():
        if value is not None:
            short, write = _FIELDS[name]
            stored[short] = write(value)
    return stored


def record(stored: Item) -> dict[str, Any]:
    """The fields of a stored click, those that are not known missing; what the table has besides is left out.

    Raises KeyError or ValueError for a field of another kind than its own.
    """
    known = ((_STORED[short], typed) for short, typed in stored.items() if short in _STORED)
    return {name: read(typed[kind]) for (name, kind, read), typed in known}


def _flag(value: bool) -> dict[str, bool]:  # noqa: FBT001 - it is the value
    return {"BOOL": value}


def _document(value: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {"S": json.dumps(value)}


_FIELDS: Mapping[str, tuple[str, Any]] = {
    **{name: (short, string_value) for name, short in _TEXTS.items()},
    **{name: (short, number_value) for name, short in _NUMBERS.items()},
    **{name: (short, _flag) for name, short in _FLAGS.items()},
    **{name: (short, _document) for name, short in _DOCUMENTS.items()},
}

_STORED: Mapping[str, tuple[str, str, Any]] = {
    "expires_at": ("expires_at", "N", int),
    **{short: (name, "S", str) for name, short in _TEXTS.items()},
    **{short: (name, "N", int) for name, short in _NUMBERS.items()},
    **{short: (name, "BOOL", bool) for name, short in _FLAGS.items()},
    **{short: (name, "S", json.loads) for name, short in _DOCUMENTS.items()},
}
