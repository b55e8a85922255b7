"""What a postback's macros stand for: the click, and what the publisher may know of its conversion."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Values = dict[str, str | None]

_OF_CLICK = (
    *("click_id", "external_click_id", "campaign_id", "publisher_id", "source", "country", "region", "city"),
    *("device", "os", "browser", "language"),
)
_OF_CONVERSION = ("click_id", "campaign_id", "publisher_id", "country", "device", "os", "sub1")
_MONEY_AND_NAMES = ("payout", "currency", "event", "txid", "status")
_SAMPLE: Values = {
    "source": "test-source",
    "country": "US",
    "region": "US-CA",
    "city": "Fresno",
    "device": "mobile",
    "os": "ios",
    "browser": "safari",
    "language": "en",
    "query": "test=1",
    "payout": "1.00",
    "currency": "USD",
    "event": "test",
    "txid": "test-txid",
    "status": "approved",
}


def macro_values(conversion: Mapping[str, Any], click: Mapping[str, Any] | None) -> Values:
    """The value of every macro. What is known of the conversion alone stands in for a click that is no longer kept."""
    return {
        **{name: conversion.get(name) for name in (*_OF_CONVERSION, *_MONEY_AND_NAMES)},
        **(_of_click(click) if click else {}),
        "conversion_id": conversion["id"],
        "smartlink_id": _smartlink_id(conversion["route_id"]),
        "timestamp": str(int(conversion["click_at"]) // 1000),
    }


def _of_click(click: Mapping[str, Any]) -> Values:
    named = {name: click.get(name) for name in _OF_CLICK}
    return {**named, **(click.get("sub_ids") or {}), "query": click.get("parameters")}


def _smartlink_id(route_id: str) -> str | None:
    """A direct link's route is its campaign's: it belongs to no smartlink."""
    return route_id if route_id.startswith("sml_") else None


def sample_values(publisher_id: str, now: datetime) -> Values:
    """What a test tells: a click of the publisher at `now` that never was, and its conversion."""
    return {
        **_SAMPLE,
        **{f"sub{n}": f"test-sub{n}" for n in range(1, 11)},
        **{f"{name}_id": f"test-{name}" for name in ("click", "campaign", "smartlink", "conversion")},
        "external_click_id": "test-external-click",
        "publisher_id": publisher_id,
        "timestamp": str(int(now.timestamp())),
    }
