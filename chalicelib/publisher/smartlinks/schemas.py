"""Request and response models of the marketplace."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import OptimizationGoal, Rotation
from chalicelib.http.fields import Money, Timestamp
from chalicelib.http.models import LinkDocument, RequestModel, ResponseModel


class MarketplaceDocument(ResponseModel):
    """A smartlink in the marketplace."""

    id: str
    name: str
    description: str
    tags: list[str]
    offer_count: int
    rotation: Rotation
    application_status: ApplicationStatus | None


class OfferDocument(ResponseModel):
    """An offer of the smartlink: its payout and targeting. An empty list allows any value."""

    campaign_id: str
    name: str
    payout: Money
    countries: list[str]
    devices: list[str]


class OwnApplicationDocument(ResponseModel):
    """The publisher's latest application for the smartlink."""

    id: str
    status: ApplicationStatus
    message: str
    applied_at: Timestamp
    decided_at: Timestamp | None
    reason: str | None


class SmartlinkDetail(MarketplaceDocument):
    """A smartlink with its offers, the publisher's application and their link."""

    goal: OptimizationGoal
    offers: list[OfferDocument]
    application: OwnApplicationDocument | None
    link: LinkDocument | None


class NewApplication(RequestModel):
    """Application to a smartlink with an optional message to the network."""

    message: Annotated[str, Field(max_length=2000)] = ""


class ApplyDocument(ResponseModel):
    """Status of the application. `link` is null until it is approved."""

    status: ApplicationStatus
    link: LinkDocument | None
