"""Field types and models of targeting, and of the visitor of a simulated click."""

from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.domain.url_validation import url_errors
from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.http.models import RequestModel
from chalicelib.routing.tracking_parameters import MAX_LENGTH


def _valid_destination(url: str) -> str:
    if errors := url_errors(url):
        raise ValueError("; ".join(errors))
    return url


def _lowercase(text: str) -> str:
    return text.lower()


Destination = Annotated[
    str, Field(max_length=2000, examples=["https://acme.example/?cid={click_id}"]), AfterValidator(_valid_destination)
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["US"])]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$", examples=["US-CA"])]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$", examples=["en"]), AfterValidator(_lowercase)]
Browser = Annotated[str, Field(min_length=1, max_length=50, examples=["chrome"]), AfterValidator(_lowercase)]
Source = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class TargetingSettings(RequestModel):
    """Which visitors are accepted; an empty list means any. An unknown country matches no list."""

    countries: list[Country] = Field([], max_length=250)
    exclude_countries: list[Country] = Field([], max_length=250)
    regions: list[Region] = Field([], max_length=500)
    devices: list[Device] = Field([], max_length=3)
    os: list[OperatingSystem] = Field([], max_length=7)
    browsers: list[Browser] = Field([], max_length=50)
    languages: list[Language] = Field([], max_length=100)
    sources: list[Source] = Field([], max_length=200)
    exclude_sources: list[Source] = Field([], max_length=200)
    exclude_bots: bool = False


class CampaignTargeting(TargetingSettings):
    """Which visitors a campaign accepts; bots are excluded by default."""

    exclude_bots: bool = True


class VisitorFields(RequestModel):
    """What a simulation says of the visitor; a field left out is unknown."""

    country: Country | None = None
    device: Device | None = None
    os: OperatingSystem | None = None
    browser: Browser | None = None
    language: Language | None = None
