"""Request and response models of smartlinks."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self, cast

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    field_validator,
)

from chalicelib.admin.smartlinks.warning_document import WarningDocument
from chalicelib.admin.targeting_fields import Destination, TargetingSettings
from chalicelib.domain.smartlink import (
    OfferAccess,
    OptimizationGoal,
    PoolChangePolicy,
    Rotation,
    SmartlinkStatus,
    Visibility,
)
from chalicelib.http.fields import Money, Name, Tags, Timestamp
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.http.references import MAX_ID

MAX_DOMAIN = 253
CampaignId = Annotated[str, Field(min_length=1, max_length=MAX_ID, examples=["cmp_1"])]
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def is_domain(text: str) -> bool:
    """Return whether a text is a host name in lower case."""
    return len(text) <= MAX_DOMAIN and bool(_DOMAIN.fullmatch(text))


def _validate_domain(text: str) -> str:
    if not is_domain(text):
        message = "must be a host name in lower case such as go.network.example, without https:// and path"
        raise ValueError(message)
    return text


Domain = Annotated[
    str,
    AfterValidator(_validate_domain),
    Field(
        json_schema_extra={"pattern": f"^{_DOMAIN.pattern}$", "maxLength": MAX_DOMAIN}, examples=["go.network.example"]
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


def repeated_campaigns(ids: Sequence[str]) -> str | None:
    """Return the error of offers with these campaigns if one is listed twice, else None."""
    repeated = sorted(key for key, count in Counter(ids).items() if count > 1)
    return f"must list each campaign once; listed twice: {', '.join(repeated)}" if repeated else None


class SmartlinkSettings(RequestModel):
    """Settings of a smartlink and its pool of offers."""

    name: Name
    description: Annotated[str, Field(max_length=5000)] = ""
    tags: Tags = Field([])
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
        if message := repeated_campaigns([offer.campaign_id for offer in offers]):
            raise ValueError(message)
        return offers


class StoredSmartlink(SmartlinkSettings, ResponseModel):
    """The settings of a smartlink as they are stored."""

    @classmethod
    def of(cls, settings: Mapping[str, Any], **values: Any) -> Self:  # noqa: ANN401 - fields of any type
        """Return the document of stored settings, also of those that a request may not have any more."""
        try:
            return cls(**settings, **values)
        except ValidationError:
            return cast(Self, cls.model_construct(**settings, **values))

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - those of pydantic
        """Return the document as JSON, without a warning about stored values of another type."""
        return super().model_dump_json(**{"warnings": False, **options})


class SmartlinkDocument(StoredSmartlink):
    """A smartlink with its counts of offers, live links and pending applications, and its warnings."""

    id: str
    status: SmartlinkStatus
    version: int
    offer_count: int
    live_count: int
    pending_count: int
    epoch: int
    created_at: Timestamp
    updated_at: Timestamp
    warnings: list[WarningDocument]


class NewMember(RequestModel):
    """The publisher to add to the smartlink."""

    publisher_id: Annotated[str, Field(min_length=1, max_length=MAX_ID)]
