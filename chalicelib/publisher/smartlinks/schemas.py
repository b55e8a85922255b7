"""Request and response models of the marketplace."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.goal import GoalCounts
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


class GoalPayout(ResponseModel):
    """What one conversion of a goal pays you: a fixed amount, and a percentage of the sale's amount.

    `counts` is `every` (one conversion per transaction ID) or `once` (one per click).
    """

    payout: Money
    payout_percent: Money
    counts: GoalCounts


class NamedGoalPayout(GoalPayout):
    """What a named goal pays you: conversions whose event is its name."""

    name: str


class OfferDocument(GoalPayout):
    """An offer of the smartlink: its payout and targeting. An empty list allows any value.

    The payout at the top level is that of conversions without an event.
    """

    campaign_id: str
    name: str
    currency: str
    goals: list[NamedGoalPayout]
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
