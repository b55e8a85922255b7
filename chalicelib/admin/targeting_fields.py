"""Field types and models of targeting, and of the visitor of a simulated click."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from chalicelib.admin import targeting_values
from chalicelib.domain.macros import SUB_IDS
from chalicelib.domain.url_validation import url_errors
from chalicelib.domain.visitor import Connection, Device, OperatingSystem
from chalicelib.http.models import RequestModel, is_new
from chalicelib.routing.tracking_parameters import MAX_LENGTH

MAX_PATTERNS = 50
MAX_PATTERN_LENGTH = 100


def _valid_destination(url: str) -> str:
    if errors := url_errors(url):
        raise ValueError("; ".join(errors))
    return url


def _lowercase(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return value.lower() if isinstance(value, str) else value


def _check(error: Callable[[str], str | None]) -> AfterValidator:
    """Return a validator that rejects a value with its complaint.

    A value that is stored already stays: an earlier release may have accepted it.
    """

    def check(value: str, info: ValidationInfo) -> str:
        if is_new(value, info) and (message := error(value)):
            raise ValueError(message)
        return value

    return AfterValidator(check)


Destination = Annotated[
    str, Field(max_length=2000, examples=["https://acme.example/?cid={click_id}"]), AfterValidator(_valid_destination)
]
Country = Annotated[
    str,
    Field(max_length=50, description="An ISO 3166-1 code", json_schema_extra={"examples": ["US"]}),
    _check(targeting_values.country_error),
]
Region = Annotated[
    str,
    Field(max_length=50, description="An ISO 3166-2 code of any level", json_schema_extra={"examples": ["US-CA"]}),
    _check(targeting_values.region_error),
]
City = Annotated[
    str,
    Field(max_length=104, description="Country and English name", json_schema_extra={"examples": ["US/Austin"]}),
    _check(targeting_values.city_error),
]
Network = Annotated[
    str,
    Field(max_length=100, description="An AS number or the name of a provider", examples=["AS13335"]),
    _check(targeting_values.network_error),
]
Language = Annotated[
    str, BeforeValidator(_lowercase), Field(max_length=50, examples=["en"]), _check(targeting_values.language_error)
]
Browser = Annotated[
    str, BeforeValidator(_lowercase), Field(max_length=50, examples=["chrome"]), _check(targeting_values.browser_error)
]
Source = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]
VersionRule = Annotated[
    str,
    Field(max_length=100, description="Comparisons joined by commas", examples=[">=16", ">=9,<14"]),
    _check(targeting_values.os_version_error),
]
SubId = Annotated[str, Field(json_schema_extra={"enum": list(SUB_IDS)}), _check(targeting_values.sub_id_error)]
Pattern = Annotated[str, Field(min_length=1, max_length=MAX_PATTERN_LENGTH, examples=["news-*"])]


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
    os_versions: dict[OperatingSystem, VersionRule] = Field({})
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
    network: Annotated[str, Field(pattern="^AS[1-9][0-9]{0,9}$", examples=["AS13335"])] | None = None
    connection: Connection | None = None
    device: Device | None = None
    os: OperatingSystem | None = None
    os_version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,3}$", examples=["17.5"])] | None = None
    browser: Browser | None = None
    language: Language | None = None
