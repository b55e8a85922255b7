"""Checks of region codes: those of ISO 3166-2, with three leniencies.

Where pycountry lacks a code of ISO, it is added. Kosovo and the countries without regions in ISO have no list to check
against: every code of the right form is accepted, such as `HK-HCW`, which MaxMind gives in Hong Kong. A database may
still give a visitor a withdrawn code: it cannot be saved, but `domain.regions` puts the visitor into today's region.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import islice

from chalicelib.admin.targeting_values.countries import country_names, country_remark, meant_country
from chalicelib.admin.targeting_values.region_aliases import DIVIDED
from chalicelib.admin.targeting_values.region_index import (
    names_in,
    region_names,
    regions_by_country,
    regions_by_ending,
    regions_by_name,
    without_kind,
)
from chalicelib.admin.targeting_values.wording import listed, name_key, shown
from chalicelib.domain.regions import region_levels, replacement

MAX_NEAREST = 3
MIN_START = 3

_FORM = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_COUNTRY_FIRST = (re.compile(r"([^-_/.:|]+)[-_/.:|](.+)"), re.compile(r"([A-Za-z]{2,3})\s(.+)"))
_COUNTRY_LAST = re.compile(r"(?P<rest>.+)[,(](?P<country>[^,()]+)\)?")
_LARGE_MARKETS = ("US", "GB", "CA", "AU", "DE", "FR", "IN", "BR", "IT", "ES", "MX")


def region_error(code: str) -> str | None:
    """Return the complaint about a region code, with the right one if it is known; None for a valid one."""
    return None if _is_region(code) else f"must be a region code such as GB-ENG; {_remark(code)}"


def meant_region(text: str) -> str | None:
    """Return the region for a name, another code or another spelling, or None."""
    country, rest = _parts(text)
    if country:
        return _meant_in(country, rest)
    candidates = _candidates(rest)
    return candidates[0] if len(candidates) == 1 else None


def _is_region(code: str) -> bool:
    return code in region_names() or (_FORM.fullmatch(code) is not None and _is_without_list(code[:2]))


def _is_without_list(country: str) -> bool:
    return country in country_names() and country not in regions_by_country()


def _remark(text: str) -> str:
    if meant := meant_region(text):
        is_withdrawn = replacement(text.strip().upper()) == meant
        return f"{shown(text)} {'was replaced by' if is_withdrawn else 'is'} {meant}"
    if regions := DIVIDED.get(text.strip().upper()):
        return f"{shown(text)} stands for {listed(regions.split())}"
    country, rest = _parts(text)
    if country is None:
        return _remark_without_country(rest)
    if _is_without_list(country):
        return f"{country} has no regions in ISO 3166-2; write 1 to 3 capital letters or digits behind {country}-"
    nearest = list(islice(_nearest(country, rest), MAX_NEAREST))
    return f"{shown(text)} is not one{_question(nearest) or f'; {country} has {_examples(country)}'}"


def _remark_without_country(text: str) -> str:
    candidates, country = _candidates(text), meant_country(text)
    large = [code for code in candidates if code[:2] in _LARGE_MARKETS]
    question = _question((large if country else large or candidates)[:MAX_NEAREST])
    if country:
        return f"{shown(text)} is the country {country}, which belongs in countries{question}"
    if question:
        return f"{shown(text)} lacks its country{question}"
    start = text.partition("-")[0]
    return country_remark(start) if _FORM.fullmatch(text.upper()) else f"{shown(text)} is not one"


def _parts(text: str) -> tuple[str | None, str]:
    """Return the country that a text names, and the rest of it: `US`, `California` for `California, USA`."""
    text = text.strip()
    for form in (*_COUNTRY_FIRST, _COUNTRY_LAST):
        match = form.fullmatch(text)
        groups = match.groupdict() or dict(zip(("country", "rest"), match.groups(), strict=True)) if match else {}
        if groups and (country := meant_country(groups["country"])):
            return country, groups["rest"].strip()
    return None, text


def _meant_in(country: str, rest: str) -> str | None:
    code = f"{country}-{rest.upper()}"
    if _is_region(code):
        return code
    key, names = name_key(rest), names_in(country)
    return names.get(key) or replacement(code) or names.get(without_kind(key))


def _candidates(text: str) -> Sequence[str]:
    """Return the regions that a text without a country can stand for, those of large markets first."""
    codes = regions_by_ending().get(text.upper(), ()) or regions_by_name().get(name_key(text), ())
    return sorted(codes, key=lambda code: (code[:2] not in _LARGE_MARKETS, _rank(code), code))


def _rank(code: str) -> int:
    return _LARGE_MARKETS.index(code[:2]) if code[:2] in _LARGE_MARKETS else len(_LARGE_MARKETS)


def _nearest(country: str, rest: str) -> Iterator[str]:
    """Yield the regions of a country whose code or name is like a text, each once."""
    names, key, found = names_in(country), name_key(rest), set[str]()
    endings = [code[3:] for code in regions_by_country()[country]]
    starts = [name for name in names if len(key) >= MIN_START and name.startswith(key)]
    codes = [f"{country}-{ending}" for ending in get_close_matches(rest.upper()[:8], endings, cutoff=0.65)]
    for code in [*(names[name] for name in [*starts, *get_close_matches(key, names)]), *codes]:
        if code not in found:
            found.add(code)
            yield code


def _examples(country: str) -> str:
    """Return the first regions of a country that no other contains."""
    codes = [code for code in sorted(regions_by_country()[country]) if len(region_levels(code)) == 1]
    return f"for example {listed(_described(codes[:MAX_NEAREST]))}"


def _question(codes: Sequence[str]) -> str:
    return f"; did you mean {listed(_described(codes), 'or')}?" if codes else ""


def _described(codes: Sequence[str]) -> list[str]:
    return [f"{code} ({region_names()[code]})" for code in codes]
