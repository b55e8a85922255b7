"""The columns of the archive's lines, and how lines are made of clicks and conversions."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.domain.click import CLICK_FIELDS, FieldKind
from chalicelib.domain.timestamps import stored_timestamp

FORMAT = 1
"""The format of the lines. A change of a column's meaning raises it; a new column does not."""

CLICKS = "clicks"
CONVERSIONS = "conversions"


class Kind(StrEnum):
    """Kind of a column. Times are ISO 8601 in UTC, money is a decimal string, a map is an object of strings."""

    TEXT = "text"
    MONEY = "money"
    TIME = "time"
    NUMBER = "number"
    FLAG = "flag"
    MAP = "map"


_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.FLAG: Kind.FLAG,
    FieldKind.JSON: Kind.MAP,
}

CLICK_COLUMNS: Mapping[str, Kind] = {
    **{name: _KINDS[each.kind] for name, each in CLICK_FIELDS.items()},
    "at": Kind.TIME,
}
"""The columns of clicks: all stored fields under their readable names."""


class ConversionColumn(NamedTuple):
    """A column of conversions: its kind, and the stored field if it has another name."""

    kind: Kind = Kind.TEXT
    stored: str | None = None


_CONVERSION_FIELDS: Mapping[str, ConversionColumn] = {
    "conversion_id": ConversionColumn(stored="id"),
    "version": ConversionColumn(),
    "changed_at": ConversionColumn(Kind.TIME),
    "format": ConversionColumn(Kind.NUMBER),
    "at": ConversionColumn(Kind.TIME),
    "click_id": ConversionColumn(),
    "click_at": ConversionColumn(Kind.TIME),
    "publisher_id": ConversionColumn(),
    "route_id": ConversionColumn(),
    "epoch": ConversionColumn(Kind.NUMBER),
    "campaign_id": ConversionColumn(),
    "goal": ConversionColumn(),
    "event": ConversionColumn(),
    "txid": ConversionColumn(),
    "reported_by": ConversionColumn(),
    "pixel": ConversionColumn(Kind.FLAG),
    "status": ConversionColumn(),
    "status_by": ConversionColumn(),
    "held": ConversionColumn(Kind.FLAG),
    "reason": ConversionColumn(),
    "decided_at": ConversionColumn(Kind.TIME),
    "decided_by": ConversionColumn(),
    "approve_at": ConversionColumn(Kind.TIME),
    "revision": ConversionColumn(Kind.NUMBER),
    "terms_version": ConversionColumn(Kind.NUMBER),
    "amount": ConversionColumn(Kind.MONEY),
    "payout": ConversionColumn(Kind.MONEY),
    "revenue": ConversionColumn(Kind.MONEY),
    "currency": ConversionColumn(),
    "country": ConversionColumn(),
    "device": ConversionColumn(),
    "os": ConversionColumn(),
    "sub1": ConversionColumn(),
    "details": ConversionColumn(Kind.MAP),
    "arm": ConversionColumn(),
    "learned": ConversionColumn(Kind.FLAG),
}

CONVERSION_COLUMNS: Mapping[str, Kind] = {name: each.kind for name, each in _CONVERSION_FIELDS.items()}
"""The columns of conversions: the stored fields but for keys of indexes and caps, and the change that wrote them."""

COLUMNS: Mapping[str, Mapping[str, Kind]] = {CLICKS: CLICK_COLUMNS, CONVERSIONS: CONVERSION_COLUMNS}

_VERSION_DIGITS = 40
"""Maximum length of a sequence number of DynamoDB's streams."""

_VALUES: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TIME: stored_timestamp,
    Kind.NUMBER: int,
    Kind.FLAG: bool,
}


def click_line(click: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line of a stored click, complete with defaults. Unknown values are left out, flags never are."""
    line = {name: _value(kind, click.get(name)) for name, kind in CLICK_COLUMNS.items()}
    return {**_known(line), "format": FORMAT}


def conversion_line(conversion: Mapping[str, Any], sequence: str, at: int) -> dict[str, Any]:
    """Return the line of a change of a conversion: its sequence number in the stream, its time in milliseconds.

    Versions of one conversion are ordered as texts.
    """
    change = {"version": sequence.zfill(_VERSION_DIGITS), "changed_at": at}
    values = {**conversion, **change}
    line = {name: _value(each.kind, values.get(each.stored or name)) for name, each in _CONVERSION_FIELDS.items()}
    return {**_known(line), "format": FORMAT}


def _value(kind: Kind, stored: Any) -> Any:  # noqa: ANN401 - any stored value
    if stored is None:
        return False if kind is Kind.FLAG else None
    convert = _VALUES.get(kind)
    return convert(stored) if convert else stored


def _known(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if value is not None}
