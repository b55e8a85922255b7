"""Checks of country codes: those of ISO 3166-1, and XK, which GeoIP databases give for Kosovo."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from chalicelib.admin.targeting_values.country_aliases import (
    CODE_ALIASES,
    FORMER,
    GROUPS,
    NAME_ALIASES,
    NO_COUNTRIES,
    PARTS,
)
from chalicelib.admin.targeting_values.wording import listed, name_key, shown

KOSOVO = "XK"


def country_error(code: str) -> str | None:
    """Return the complaint about a country code, with the right one if it is known; None for a valid one."""
    return None if code in country_names() else f"must be a country code such as GB; {country_remark(code)}"


def country_remark(text: str) -> str:
    """Return the remark on an invalid country code: `UK is GB`."""
    code = " ".join(text.upper().split())
    if code in NO_COUNTRIES:
        return f"{shown(text)} {NO_COUNTRIES[code]}"
    if code in GROUPS:
        return f"{shown(text)} is not a country; list its members {listed(GROUPS[code].split())}"
    if code in FORMER:
        return f"{shown(text)} was replaced by {listed(FORMER[code].split())}"
    if part := PARTS.get(name_key(text)):
        return f"{shown(text)} is in {part[:2]}; its region is {part}"
    if (country := code.partition("-")[0]) in country_names() and country != code:
        return f"{shown(text)} is a region of {country}"
    if meant := meant_country(text):
        return f"{shown(text)} is {meant}"
    return _nearest(text)


def meant_country(text: str) -> str | None:
    """Return the country for a name, another code or another spelling, or None."""
    code = text.strip().upper()
    return code if code in country_names() else _codes_by_name().get(name_key(text)) or CODE_ALIASES.get(code)


@cache
def country_names() -> Mapping[str, str]:
    """Return the names of all countries by code. The first call reads the list, which takes some milliseconds."""
    import pycountry  # noqa: PLC0415 - only requests that save targeting need it

    return MappingProxyType({each.alpha_2: each.name for each in pycountry.countries} | {KOSOVO: "Kosovo"})


@cache
def _codes_by_name() -> Mapping[str, str]:
    """Return the countries by each of their names, by three-letter code and by number."""
    import pycountry  # noqa: PLC0415 - likewise

    names = {name_key(name): each.alpha_2 for each in pycountry.countries for name in _names(dict(each))}
    return MappingProxyType({**names, **NAME_ALIASES})


def _names(country: Mapping[str, str]) -> Iterator[str]:
    """Yield each name of a country of the list: `Korea, Republic of` is also `Republic of Korea`."""
    for field in ("alpha_3", "numeric", "name", "common_name", "official_name"):
        if name := country.get(field):
            yield name
            start, _, end = name.partition(", ")
            yield f"{end} {start}"
            yield name.partition(" (")[0]


def _nearest(text: str) -> str:
    near = get_close_matches(name_key(text), _codes_by_name(), n=1, cutoff=0.75) if len(text) > len("USA") else []
    if not near:
        return f"{shown(text)} is not one"
    code = _codes_by_name()[near[0]]
    return f"{shown(text)} is not one; did you mean {code} ({country_names()[code]})?"
