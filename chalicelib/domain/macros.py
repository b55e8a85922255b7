"""Macros in URLs: which there are, where their values come from, and how they are filled in."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from chalicelib.domain.ids import smartlink_id_of
from chalicelib.domain.macro_places import MACRO_PATTERN, QUERY, encoder, own_names, places, without_query

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
_QUERY_MACRO = f"{{{QUERY}}}"


def fill(template: str, values: Mapping[str, str | None]) -> str:
    """Return the template with each macro replaced by its value, encoded for its place; an unknown value is empty.

    The value of `query` are whole parameters, already encoded once. Those that the template has itself are left out.
    """
    if _QUERY_MACRO in template:
        query = _without_names(values.get(QUERY) or "", own_names(template))
        template, values = (template, {**values, QUERY: query}) if query else (without_query(template), values)
    parts, encoders = _compile(template)
    filled = list(parts)
    for index, name, encode in encoders:
        value = values.get(name)
        filled[index] = encode(value) if value else ""
    return "".join(filled)


def macros(template: str) -> tuple[str, ...]:
    """Return the names of the template's macros, in order."""
    return _compile(template)[0][1::2]


def macro_values(names: Iterable[str], click: ClickFields) -> dict[str, str | None]:
    """Return the values of these macros for a click; an unknown macro has no value."""
    return {name: value_of(click) for name in names if (value_of := _VALUES.get(name))}


def _without_names(query: str, names: frozenset[str]) -> str:
    """Return the query without the parameters of these names."""
    if not names:
        return query
    return "&".join([each for each in query.split("&") if _name(each) not in names])


def _name(parameter: str) -> str:
    name = parameter.partition("=")[0]
    return unquote_plus(name) if "%" in name or "+" in name else name


@lru_cache(maxsize=4096)
def _compile(template: str) -> tuple[tuple[str, ...], tuple[tuple[int, str, Callable[[str], str]], ...]]:
    """Split into text and macro names in turn: `a{b}c` is `("a", "b", "c")`. Add index, name and encoder of each."""
    encoders = [(2 * n + 1, place.name, encoder(place)) for n, place in enumerate(places(template))]
    return tuple(MACRO_PATTERN.split(template)), tuple(encoders)
