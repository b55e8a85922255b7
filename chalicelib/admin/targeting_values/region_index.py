"""The regions of ISO 3166-2 by code, name and country. Each index is built at its first use, in at most some 50 ms."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from chalicelib.admin.targeting_values.region_aliases import REGION_ALIASES, UNLISTED
from chalicelib.admin.targeting_values.wording import name_key
from chalicelib.domain.regions import region_levels

Index = Mapping[str, Sequence[str]]

_BREAKS = re.compile(r"[;\[\]()/]")
_KINDS = {
    *("state", "province", "county", "region", "prefecture", "department", "district", "territory"),
    *("oblast", "sheng", "shi", "zizhiqu"),
}


@cache
def region_names() -> Mapping[str, str]:
    """Return the names of all regions by code."""
    import pycountry  # noqa: PLC0415 - only requests that save targeting need it

    return MappingProxyType({**{each.code: each.name for each in pycountry.subdivisions}, **UNLISTED})


@cache
def regions_by_country() -> Index:
    """Return the codes of each country's regions, the smallest first. A country without regions in ISO is not in it."""
    codes = sorted(region_names(), key=lambda code: len(region_levels(code)), reverse=True)
    return _index((code[:2], code) for code in codes)


@cache
def regions_by_ending() -> Index:
    """Return the codes by what follows the country: US-CA and IT-CA for `CA`."""
    return _index((code[3:], code) for code in region_names())


@cache
def regions_by_name() -> Index:
    """Return the regions of the world by each of their names and aliases."""
    return _index((key, code) for country in regions_by_country() for key, code in names_in(country).items())


@cache
def names_in(country: str) -> Mapping[str, str]:
    """Return the regions of a country by each of their names and aliases. Of two with one name, it is the larger."""
    names = [(key, code) for code in regions_by_country().get(country, ()) for key in _keys(region_names()[code])]
    without_kinds = {without_kind(key): code for key, code in names}
    return MappingProxyType({**without_kinds, **dict(names), **REGION_ALIASES.get(country, {})})


def without_kind(key: str) -> str:
    """Return a name without words such as `province`."""
    return " ".join(word for word in key.split() if word not in _KINDS) or key


def _keys(name: str) -> Iterator[str]:
    """Yield each name in an entry such as `Bozen; Bolzano [Südtirol]`; `London, City of` is also `City of London`."""
    yield from filter(None, map(name_key, [name, *_BREAKS.split(name)]))
    start, _, end = name.partition(", ")
    if end:
        yield name_key(f"{end} {start}")


def _index(pairs: Iterable[tuple[str, str]]) -> Index:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return MappingProxyType(found)
