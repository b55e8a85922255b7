"""Macros in URLs: which there are, where their values come from, and how they are filled in."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from chalicelib.domain.ids import smartlink_id_of

ClickFields = Mapping[str, Any]
"""A click's fields by name; an unknown one may be missing."""


class Macro(NamedTuple):
    """One macro: its value for a click, None if unknown, and the sample value of a test postback."""

    value_of: Callable[[ClickFields], str | None]
    sample: str


def _field(sample: str, name: str) -> Macro:
    return Macro(lambda click: click.get(name), sample)


def _sub_id(name: str) -> Macro:
    return Macro(lambda click: (click.get("sub_ids") or {}).get(name), f"test-{name}")


SUB_IDS = tuple(f"sub{n}" for n in range(1, 11))

MACROS: Mapping[str, Macro] = {
    "click_id": _field("test-click", "click_id"),
    "external_click_id": _field("test-external-click", "external_click_id"),
    "campaign_id": _field("test-campaign", "campaign_id"),
    "smartlink_id": Macro(lambda click: smartlink_id_of(click["route_id"]), "test-smartlink"),
    "publisher_id": _field("test-publisher", "publisher_id"),
    **{name: _sub_id(name) for name in SUB_IDS},
    "source": _field("test-source", "source"),
    "country": _field("US", "country"),
    "region": _field("US-CA", "region"),
    "city": _field("Fresno", "city"),
    "device": _field("mobile", "device"),
    "os": _field("ios", "os"),
    "browser": _field("safari", "browser"),
    "language": _field("en", "language"),
    "timestamp": Macro(lambda click: str(int(click["at"]) // 1000), "0"),
    "query": _field("test=1", "parameters"),
}
"""Every macro of a destination URL, by name. Validation, redirects, postbacks and documentation follow from it."""

_VALUES = {name: macro.value_of for name, macro in MACROS.items()}
MACRO_PATTERN = re.compile(r"\{([^{}]*)\}")
"""A macro in a URL; its group is the name."""


def fill(template: str, values: Mapping[str, str | None]) -> str:
    """Return the template with each macro replaced by its percent-encoded value; an unknown value is empty.

    `query` alone is inserted as it is: it holds whole parameters, already encoded.
    """
    parts = _parts(template)
    if len(parts) == 1:
        return template
    filled = list(parts)
    for n in range(1, len(parts), 2):
        value = values.get(parts[n]) or ""
        filled[n] = value if parts[n] == "query" else quote(value, safe="")
    return "".join(filled)


def macros(template: str) -> tuple[str, ...]:
    """Return the names of the template's macros, in order."""
    return _parts(template)[1::2]


def macro_values(names: Iterable[str], click: ClickFields) -> dict[str, str | None]:
    """Return the values of these macros for a click; an unknown macro has no value."""
    return {name: value_of(click) for name in names if (value_of := _VALUES.get(name))}


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[str, ...]:
    """Split into text and macro names in turn: `a{b}c` is `("a", "b", "c")`."""
    return tuple(MACRO_PATTERN.split(template))
