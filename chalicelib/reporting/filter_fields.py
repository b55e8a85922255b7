"""The filters of reports. Each takes several values, by a repeated parameter, and selects any of them."""

import re
from collections.abc import Callable, Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.counters.detail_places import OTHER
from chalicelib.domain.browsers import fold_browser
from chalicelib.domain.languages import fold_language
from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.http.fields import Currency
from chalicelib.reporting.dimensions import NAMED, TIMES

MAX_VALUES = 100
"""Maximum number of values of one filter."""

_COUNTRY = re.compile(r"[A-Z]{2}")
_COUNTRY_ALIASES = {"UK": "GB", "EL": "GR"}
_AS_NUMBER = re.compile(r"(?:AS)?([0-9]{1,10})", re.IGNORECASE)


def filters_of(dimensions: Iterable[str]) -> dict[str, str]:
    """Return the dimensions by the parameter that filters by them: an ID, or the dimension itself. Times have none."""
    filtered = [name for name in dimensions if name not in TIMES]
    return {f"{name}_id" if name in NAMED else name: name for name in filtered}


def _validate_country(text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        message = "must be a country code of two capital letters, such as GB"
        raise ValueError(message)
    if text in _COUNTRY_ALIASES:
        message = f"must be a country code such as GB; {text} is {_COUNTRY_ALIASES[text]}"
        raise ValueError(message)
    return text


def _as_counted(fold: Callable[[str], str]) -> AfterValidator:
    """Return a check that refuses spellings that are not counted. `fold` returns the counted spelling of a value."""

    def check(text: str) -> str:
        if text != OTHER and (counted := fold(text)) != text:
            message = f"must be {counted}, as rows of reports have it; not {text}"
            raise ValueError(message)
        return text

    return AfterValidator(check)


def _fold_language(text: str) -> str:
    """Return the code of a language: `en` for `en-US`."""
    return fold_language(re.split("[-_]", text)[0])


def _fold_network(text: str) -> str:
    """Return an AS number with its prefix: `AS7018` for `7018`. Other values are returned unchanged."""
    number = _AS_NUMBER.fullmatch(text)
    return f"AS{int(number[1])}" if number else text


Value = Annotated[str, Field(max_length=1000)]
_Country = Annotated[str, AfterValidator(_validate_country)]
Region = Annotated[Value, _as_counted(str.upper)]
Browser = Annotated[Value, _as_counted(fold_browser)]
Language = Annotated[Value, _as_counted(_fold_language)]
Network = Annotated[Value, _as_counted(_fold_network)]

SmartlinkIds = Annotated[
    list[Value], Field(max_length=MAX_VALUES, description="Only these smartlinks", examples=[["sml_1"]])
]
CampaignIds = Annotated[
    list[Value], Field(max_length=MAX_VALUES, description="Only these campaigns", examples=[["cmp_1"]])
]
PublisherIds = Annotated[
    list[Value], Field(max_length=MAX_VALUES, description="Only these publishers", examples=[["pub_1"]])
]
Advertisers = Annotated[
    list[Value],
    Field(
        max_length=MAX_VALUES,
        description="Only campaigns that belong to these advertisers today",
        examples=[["Acme"]],
    ),
]
Countries = Annotated[
    list[_Country],
    Field(max_length=MAX_VALUES, description="Only visitors from these countries", examples=[["US", "GB"]]),
]
Devices = Annotated[
    list[Device],
    Field(max_length=MAX_VALUES, description="Only visitors with these kinds of device", examples=[["mobile"]]),
]
OperatingSystems = Annotated[
    list[OperatingSystem],
    Field(max_length=MAX_VALUES, description="Only visitors with these operating systems", examples=[["ios"]]),
]
SubIds = Annotated[
    list[Value],
    Field(max_length=MAX_VALUES, description="Only clicks with one of these sub-IDs", examples=[["newsletter-jan"]]),
]
Goals = Annotated[
    list[Value],
    Field(
        max_length=MAX_VALUES,
        description="Only conversions of these goals, and all clicks: a click has no goal. So `epc` is the payout of "
        "the goals per click. Grouped by goal, clicks are in the rows of `goal` null",
        examples=[["default"], ["sale"]],
    ),
]
Currencies = Annotated[
    list[Currency],
    Field(
        max_length=MAX_VALUES,
        description="Only clicks that reached a campaign in these currencies, and their conversions",
        examples=[["USD"]],
    ),
]
Regions = Annotated[
    list[Region],
    Field(max_length=MAX_VALUES, description="Only visitors from these regions (ISO 3166-2)", examples=[["US-CA"]]),
]
Browsers = Annotated[
    list[Browser],
    Field(max_length=MAX_VALUES, description="Only visitors with these browsers", examples=[["chrome"]]),
]
Languages = Annotated[
    list[Language],
    Field(max_length=MAX_VALUES, description="Only visitors who prefer these languages", examples=[["en"]]),
]
Sources = Annotated[
    list[Value],
    Field(max_length=MAX_VALUES, description="Only clicks with these values of `source`", examples=[["feed"]]),
]
Networks = Annotated[
    list[Network],
    Field(max_length=MAX_VALUES, description="Only visitors of these networks (AS numbers)", examples=[["AS7018"]]),
]
