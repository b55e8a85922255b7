"""The fields that campaigns and smartlinks are written in."""

from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.domain.url_validation import complaints
from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.http.models import RequestModel
from chalicelib.routing.tracking_parameters import MAX_LENGTH


def _destination(url: str) -> str:
    if found := complaints(url):
        raise ValueError("; ".join(found))
    return url


def _lowered(text: str) -> str:
    return text.lower()


Destination = Annotated[
    str, Field(max_length=2000, examples=["https://acme.example/?cid={click_id}"]), AfterValidator(_destination)
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["US"])]
Region = Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$", examples=["US-CA"])]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$", examples=["en"]), AfterValidator(_lowered)]
Browser = Annotated[str, Field(min_length=1, max_length=50, examples=["chrome"]), AfterValidator(_lowered)]
Source = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class TargetingSettings(RequestModel):
    """Which visitors are wanted; an empty list means any. An unknown country is on no list."""

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
    """Which visitors the advertiser wants; bots only where they are asked for."""

    exclude_bots: bool = True
