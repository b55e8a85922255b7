"""Values of a postback's macros: the click, and the fields of the conversion that a publisher may see."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter, methodcaller
from typing import Any

from chalicelib.domain import macros
from chalicelib.domain.macros import MACROS, Macro

Values = dict[str, str | None]

CONVERSION_MACROS: Mapping[str, Macro] = {
    "payout": Macro(itemgetter("payout"), "1.00"),
    "currency": Macro(itemgetter("currency"), "USD"),
    "event": Macro(methodcaller("get", "event"), "test"),
    "txid": Macro(methodcaller("get", "txid"), "test-txid"),
    "status": Macro(itemgetter("status"), "approved"),
    "amount": Macro(methodcaller("get", "amount"), "10.00"),
    "conversion_id": Macro(itemgetter("id"), "test-conversion"),
}
"""Macros of the conversion, by name; the values are fields of the stored conversion."""

POSTBACK_MACROS = MACROS.keys() | CONVERSION_MACROS.keys()
"""Macros of a postback URL: those of the click and those of the conversion."""


def macro_values(conversion: Mapping[str, Any], click: Mapping[str, Any] | None) -> Values:
    """Return the value of every macro.

    Without the click, which may have expired, only the fields that are copied to the conversion have a value.
    """
    known = click or {**conversion, "sub_ids": {"sub1": conversion.get("sub1")}}
    at_click = {**known, "route_id": conversion["route_id"], "at": conversion["click_at"]}
    of_conversion = {name: macro.value_of(conversion) for name, macro in CONVERSION_MACROS.items()}
    return {**macros.macro_values(MACROS, at_click), **of_conversion}


def sample_values(publisher_id: str, now: datetime) -> Values:
    """Return the values of a test: an invented click of the publisher at `now` and its conversion."""
    samples = {name: macro.sample for name, macro in (*MACROS.items(), *CONVERSION_MACROS.items())}
    return {**samples, "publisher_id": publisher_id, "timestamp": str(int(now.timestamp()))}
