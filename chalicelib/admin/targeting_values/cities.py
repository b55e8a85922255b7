"""Checks of cities: `US/Austin`, a country code and the city's English name in the database."""

import re

from chalicelib.admin.targeting_values.countries import country_error, country_remark, meant_country
from chalicelib.admin.targeting_values.region_index import region_names
from chalicelib.admin.targeting_values.wording import shown

MAX_NAME = 100

_MEANING = "must be a country code, a slash and the name of a city, such as US/Austin"
_WITH_REGION = re.compile(r"(?P<country>[A-Za-z]{2})[-/](?P<region>[A-Za-z0-9]{1,3})/(?P<name>.+)")
_STATE = re.compile(r",\s*[A-Z]{2}$")
_FORMS = (
    re.compile(r"(?P<country>[^/]+)/(?P<name>.+)"),
    re.compile(r"(?P<name>[^,/]+),(?:[^,/]+,)?(?P<country>[^,/]+)"),
    re.compile(r"(?P<name>[^/]+)/(?P<country>[^/]+)"),
    re.compile(r"(?P<country>[A-Za-z]{2,3})\s*[-:|_ ](?P<name>[^/]+)"),
)


def city_error(text: str) -> str | None:
    """Return the complaint about a city, with the right value if it is known; None for a valid one."""
    country, slash, name = text.partition("/")
    if slash and country_error(country) is None and name == name.strip() and not _without_region(text):
        return _name_error(name)
    if meant := meant_city(text):
        return f"{_MEANING}; {shown(text)} is {meant}"
    if slash and meant_country(country) is None and country.strip():
        return f"{_MEANING}; {country_remark(country)}"
    return f"{_MEANING}; {shown(text)} does not have this form"


def meant_city(text: str) -> str | None:
    """Return the city for another spelling, or None: `US/Austin` for `Austin, USA` or `us/TX/Austin`."""
    if value := _without_region(text):
        return value
    for form in _FORMS:
        match = form.fullmatch(text.strip())
        if match and (country := _country(match["country"], is_last=match.start("country") > 0)):
            value = f"{country}/{match['name'].strip()}"
            return value if city_error(value) is None else None
    return None


def _country(text: str, *, is_last: bool) -> str | None:
    """Return the country that a text names. Behind a city, `CA` can also be a state of the United States."""
    return None if is_last and f"US-{text.strip().upper()}" in region_names() else meant_country(text)


def _without_region(text: str) -> str | None:
    """Return `US/Austin` for `US/TX/Austin` or `US-TX/Austin`, None for a text without a region."""
    match = _WITH_REGION.fullmatch(text.strip())
    if match is None or f"{match['country']}-{match['region']}".upper() not in region_names():
        return None
    return f"{match['country'].upper()}/{match['name'].strip()}"


def _name_error(name: str) -> str | None:
    if not 1 <= len(name) <= MAX_NAME:
        return f"{_MEANING}; the name has 1 to {MAX_NAME} characters"
    if "*" in name:
        return f"{_MEANING}; a city has no wildcard, so list each one"
    if name.endswith("/") or name.isdecimal() or _STATE.search(name):
        return f"{_MEANING}; {shown(name)} is not the name of a city alone"
    return None if name.isprintable() else f"{_MEANING}; the name has characters that cannot be shown"
