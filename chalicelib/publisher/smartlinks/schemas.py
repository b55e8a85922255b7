"""Request and response models of the marketplace."""

from typing import Annotated

from pydantic import Field

from chalicelib.domain.goal import GoalCounts
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import OptimizationGoal, Rotation, SmartlinkStatus, Visibility
from chalicelib.http.fields import Money, Timestamp
from chalicelib.http.models import LinkDocument, RequestModel, ResponseModel
from chalicelib.lists.query_schemas import AnyOf, SortedQuery


class MarketplaceQuery(SortedQuery):
    """Search in the marketplace: the smartlinks that you can see.

    `status` finds those with an application of yours in this status; a repeated one means any of them.
    """

    status: AnyOf[ApplicationStatus] | None = None


class ApplicationState(ResponseModel):
    """Your latest application for the smartlink."""

    status: ApplicationStatus
    applied_at: Timestamp
    reason: str | None


class PayoutRange(ResponseModel):
    """The lowest and the highest fixed amount that a conversion pays you."""

    min: Money
    max: Money
    currency: str


class MarketplaceDocument(ResponseModel):
    """A smartlink in the marketplace. `link` is yours, null until you are approved.

    `payout_range` is null if no offer pays a fixed amount, or if the offers pay in several currencies. `countries` are
    those that some offer takes; none means any.
    """

    id: str
    name: str
    description: str
    tags: list[str]
    offer_count: int
    rotation: Rotation
    status: SmartlinkStatus
    visibility: Visibility
    application_status: ApplicationStatus | None
    application: ApplicationState | None
    link: LinkDocument | None
    payout_range: PayoutRange | None
    countries: list[str]


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
    os: list[str]
    languages: list[str]


class OwnApplicationDocument(ApplicationState):
    """Your latest application for the smartlink, with your message."""

    id: str
    message: str
    decided_at: Timestamp | None


class SmartlinkDetail(MarketplaceDocument):
    """A smartlink with its offers, the publisher's application and their link."""

    goal: OptimizationGoal
    offers: list[OfferDocument]
    application: OwnApplicationDocument | None


class NewApplication(RequestModel):
    """Application to a smartlink with an optional message to the network."""

    message: Annotated[str, Field(max_length=2000)] = ""


class ApplyDocument(ResponseModel):
    """Status of the application. `link` is null until it is approved."""

    status: ApplicationStatus
    link: LinkDocument | None
