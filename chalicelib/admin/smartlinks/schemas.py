"""Request and response models of smartlinks."""

from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, field_validator

from chalicelib.admin.targeting_fields import Destination, Source, SubId, TargetingSettings, VisitorFields
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import (
    OfferAccess,
    OptimizationGoal,
    PoolChangePolicy,
    Rotation,
    SmartlinkStatus,
    Visibility,
)
from chalicelib.http.fields import DateTimeInput, Money, Name
from chalicelib.http.models import LinkDocument, RequestModel, ResponseModel
from chalicelib.routing.tracking_parameters import MAX_LENGTH

CampaignId = Annotated[str, Field(min_length=1, max_length=64, examples=["cmp_1"])]
Domain = Annotated[
    str,
    Field(
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$",
        max_length=253,
        examples=["go.network.example"],
    ),
]


def _validate_weight(value: Any) -> int | float:  # noqa: ANN401 - any JSON value
    if not isinstance(value, int | float) or isinstance(value, bool):
        message = "must be a number"
    elif value < 0:
        message = "must be 0 or more"
    elif value > MAX_WEIGHT:
        message = f"must be {MAX_WEIGHT} or less"
    elif value != round(value, WEIGHT_PLACES):
        message = f"must have at most {WEIGHT_PLACES} decimal places"
    else:
        return int(value) if value == int(value) else value
    raise ValueError(message)


MAX_WEIGHT = 1_000_000
WEIGHT_PLACES = 3
Weight = Annotated[
    int | float,
    PlainValidator(_validate_weight),
    WithJsonSchema(
        {
            "type": "number",
            "minimum": 0,
            "maximum": MAX_WEIGHT,
            "examples": [3, 2.5],
            "description": f"At most {WEIGHT_PLACES} decimal places",
        }
    ),
]
"""The share of an offer. A whole number stays one; a union of types would report each error twice."""


class OfferSettings(RequestModel):
    """An offer of the smartlink: higher priority first, then by weight. Weight 0 is never selected.

    `destination_url` is a landing page of its own, in place of the campaign's.
    """

    campaign_id: CampaignId
    weight: Weight = 1
    priority: int = Field(0, ge=-1_000, le=1_000)
    enabled: bool = True
    destination_url: Destination | None = None
    targeting: TargetingSettings = TargetingSettings()


class SmartlinkSettings(RequestModel):
    """Settings of a smartlink and its pool of offers."""

    name: Name
    description: Annotated[str, Field(max_length=5000)] = ""
    tags: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field([], max_length=50)
    visibility: Visibility = Visibility.ASK
    tracking_domain: Domain | None = None
    fallback_url: Destination | None = None
    catch_all_campaign_id: CampaignId | None = None
    rotation: Rotation = Rotation.WEIGHTED
    goal: OptimizationGoal = OptimizationGoal.EPC
    untouched_clicks: int = Field(50, ge=0, le=100_000)
    holdout_percent: int = Field(5, ge=0, le=100)
    offer_access: OfferAccess = OfferAccess.GRANT
    on_pool_change: PoolChangePolicy = PoolChangePolicy.KEEP
    publisher_epc_floor: Money | None = None
    offers: list[OfferSettings] = Field([], max_length=200)

    @field_validator("offers", mode="after")
    @classmethod
    def _each_campaign_once(cls, offers: list[OfferSettings]) -> list[OfferSettings]:
        ids = [offer.campaign_id for offer in offers]
        if repeated := sorted({campaign_id for campaign_id in ids if ids.count(campaign_id) > 1}):
            message = f"must list each campaign once; listed twice: {', '.join(repeated)}"
            raise ValueError(message)
        return offers


class SmartlinkDocument(SmartlinkSettings, ResponseModel):
    """A smartlink with its counts of offers, live links and pending applications, and its warnings."""

    id: str
    status: SmartlinkStatus
    version: int
    offer_count: int
    live_count: int
    pending_count: int
    epoch: int
    warnings: list[str]


class MemberDocument(ResponseModel):
    """A publisher of the smartlink, with their link."""

    publisher_id: str
    publisher_name: str
    status: ApplicationStatus
    link: LinkDocument


class NewMember(RequestModel):
    """The publisher to add to the smartlink."""

    publisher_id: Annotated[str, Field(min_length=1, max_length=64)]


def _validate_address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError as error:
        message = "must be an IPv4 or IPv6 address"
        raise ValueError(message) from error
    return text


IpAddress = Annotated[str, Field(max_length=45, examples=["203.0.113.7"]), AfterValidator(_validate_address)]


class Simulation(VisitorFields):
    """A simulated click. A field left out is unknown, unless `user_agent` and `ip` determine it."""

    publisher_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    sub_ids: dict[SubId, Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]] | None = None
    user_agent: Annotated[str, Field(max_length=2000)] | None = None
    ip: IpAddress | None = None
    source: Source | None = None
    at: DateTimeInput | None = None
    draw: Annotated[float, Field(ge=0, lt=1)] | None = None
