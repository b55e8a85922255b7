"""Field types and models of targeting, and of the visitor of a simulated click."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from chalicelib.admin.targeting_values.browsers import browser_error
from chalicelib.admin.targeting_values.cities import city_error
from chalicelib.admin.targeting_values.countries import country_error
from chalicelib.admin.targeting_values.languages import language_error
from chalicelib.admin.targeting_values.networks import network_error
from chalicelib.admin.targeting_values.os_versions import os_version_error
from chalicelib.admin.targeting_values.regions import region_error
from chalicelib.admin.targeting_values.sub_ids import MAX_PATTERN, sub_id_pattern_error
from chalicelib.domain.macros import SUB_IDS
from chalicelib.domain.url_validation import url_errors
from chalicelib.domain.visitor import Connection, Device, OperatingSystem
from chalicelib.http.models import RequestModel, is_new
from chalicelib.routing.tracking_parameters import MAX_LENGTH

MAX_PATTERNS = 50
_ANY_VERSION = ">=0"


def _valid_destination(url: str) -> str:
    if errors := url_errors(url):
        raise ValueError("; ".join(errors))
    return url


def _sub_id_error(name: str) -> str | None:
    return None if name in SUB_IDS else f"must be a sub-ID from {SUB_IDS[0]} to {SUB_IDS[-1]}"


def _check(error: Callable[[str], str | None]) -> AfterValidator:
    """Return a validator that rejects a value with its complaint.

    A value that is stored already stays: an earlier release may have accepted it.
    """

    def check(value: str, info: ValidationInfo) -> str:
        if is_new(value, info) and (message := error(value)):
            raise ValueError(message)
        return value

    return AfterValidator(check)


MAX_DESTINATION = 2000
Destination = Annotated[
    str,
    Field(max_length=MAX_DESTINATION, examples=["https://acme.example/?cid={click_id}"]),
    AfterValidator(_valid_destination),
]
_MAX_VALUE = 104
Country = Annotated[
    str, Field(max_length=_MAX_VALUE, description="An ISO 3166-1 code", examples=["US"]), _check(country_error)
]
Region = Annotated[
    str,
    Field(max_length=_MAX_VALUE, description="An ISO 3166-2 code of any level", examples=["US-CA"]),
    _check(region_error),
]
City = Annotated[
    str,
    Field(max_length=_MAX_VALUE, description="A country and the English name of a city", examples=["US/Austin"]),
    _check(city_error),
]
Network = Annotated[
    str,
    Field(max_length=_MAX_VALUE, description="An AS number, or the name of a provider", examples=["AS13335"]),
    _check(network_error),
]
Language = Annotated[
    str,
    Field(max_length=_MAX_VALUE, description="An ISO 639 code", examples=["en"]),
    _check(language_error),
    AfterValidator(str.lower),
]
Browser = Annotated[
    str,
    Field(max_length=_MAX_VALUE, examples=["chrome"]),
    _check(browser_error),
    AfterValidator(str.lower),
]
Source = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
VersionedSystem = Annotated[
    str,
    Field(json_schema_extra={"enum": [each.value for each in OperatingSystem if each is not OperatingSystem.OTHER]}),
    _check(lambda system: os_version_error(system, _ANY_VERSION)),
]
VersionRule = Annotated[
    str,
    Field(max_length=_MAX_VALUE, description="Comparisons joined by commas", examples=[">=16", ">=9,<14"]),
    _check(lambda rule: os_version_error(OperatingSystem.IOS, rule)),
]
SubId = Annotated[str, Field(json_schema_extra={"enum": list(SUB_IDS)}), _check(_sub_id_error)]
Pattern = Annotated[
    str,
    Field(max_length=MAX_PATTERN, description="`*` stands for any characters", examples=["news-*"]),
    _check(sub_id_pattern_error),
]


def _network_number_error(text: str) -> str | None:
    is_number = text.removeprefix("AS").isdecimal() and not network_error(text)
    return None if is_number else "must be an AS number such as AS13335"


def _version_error(text: str) -> str | None:
    return "must be numbers joined by dots, such as 17.5" if os_version_error(OperatingSystem.IOS, f"={text}") else None


NetworkNumber = Annotated[str, Field(max_length=_MAX_VALUE, examples=["AS13335"]), _check(_network_number_error)]
Version = Annotated[str, Field(max_length=_MAX_VALUE, examples=["17.5"]), _check(_version_error)]


class TargetingSettings(RequestModel):
    """Which visitors are accepted; an empty list means any. An unknown value matches no list.

    `os_versions` has rules by operating system, `sub_ids` patterns by sub-ID, in which `*` is any text.
    `exclude_hosting` excludes visitors from data centres.
    """

    countries: list[Country] = Field([], max_length=250)
    exclude_countries: list[Country] = Field([], max_length=250)
    regions: list[Region] = Field([], max_length=500)
    cities: list[City] = Field([], max_length=500)
    devices: list[Device] = Field([], max_length=len(Device))
    os: list[OperatingSystem] = Field([], max_length=len(OperatingSystem))
    os_versions: dict[VersionedSystem, VersionRule] = Field({})
    browsers: list[Browser] = Field([], max_length=50)
    languages: list[Language] = Field([], max_length=100)
    sources: list[Source] = Field([], max_length=200)
    exclude_sources: list[Source] = Field([], max_length=200)
    networks: list[Network] = Field([], max_length=200)
    exclude_networks: list[Network] = Field([], max_length=200)
    connections: list[Connection] = Field([], max_length=len(Connection))
    sub_ids: dict[SubId, Annotated[list[Pattern], Field(max_length=MAX_PATTERNS)]] = Field({})
    exclude_bots: bool = False
    exclude_hosting: bool = False


class CampaignTargeting(TargetingSettings):
    """Which visitors a campaign accepts; bots are excluded by default."""

    exclude_bots: bool = True


class VisitorFields(RequestModel):
    """What a simulation says of the visitor; a field left out is unknown."""

    country: Country | None = None
    region: Region | None = None
    city: Annotated[str, Field(min_length=1, max_length=100, examples=["Austin"])] | None = None
    network: NetworkNumber | None = None
    connection: Connection | None = None
    device: Device | None = None
    os: OperatingSystem | None = None
    os_version: Version | None = None
    browser: Browser | None = None
    language: Language | None = None
