"""Request and response models of simulated clicks."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.admin.clicks.schemas import ClickDocument, Considered, DecisionDocument
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.admin.smartlinks.warning_document import WarningDocument
from chalicelib.admin.targeting_fields import CampaignTargeting, Source, SubId, VisitorFields
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.fields import DateTimeInput
from chalicelib.http.references import MAX_ID
from chalicelib.routing.tracking_parameters import MAX_LENGTH


def _validate_address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError as error:
        message = "must be an IPv4 or IPv6 address"
        raise ValueError(message) from error
    return text


def _validate_year(text: str) -> str:
    if not _FIRST_TIME <= text < _END_OF_TIME:
        message = "must be in the years 1970 to 9998"
        raise ValueError(message)
    return text


_FIRST_TIME, _END_OF_TIME = "1970", "9999"
"""Times outside may have no local time, which schedules and caps need."""

IpAddress = Annotated[str, Field(max_length=45, examples=["203.0.113.7"]), AfterValidator(_validate_address)]


class Simulation(VisitorFields):
    """A simulated click. A field left out is unknown, unless `user_agent` and `ip` determine it."""

    publisher_id: Annotated[str, Field(min_length=1, max_length=MAX_ID)] | None = None
    sub_ids: dict[SubId, Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]] | None = None
    user_agent: Annotated[str, Field(max_length=2000)] | None = None
    ip: IpAddress | None = None
    source: Source | None = None
    at: Annotated[DateTimeInput, AfterValidator(_validate_year)] | None = None
    draw: Annotated[float, Field(ge=0, lt=1)] | None = None


class UnsavedSimulation(Simulation):
    """A simulated click on a smartlink that is not saved.

    `smartlink_id` names the saved smartlink of which it is an edit: then the status and the learned weights are those
    that it would have after the edit. Without it the smartlink is active, and nothing was learned.
    """

    smartlink: SmartlinkSettings
    smartlink_id: Annotated[str, Field(min_length=1, max_length=MAX_ID)] | None = None


class SimulatedOffer(Considered):
    """An offer of the smartlink with its campaign: status, what it pays the publisher, and its own targeting.

    `payout` is that of the goal `default`, under the terms of the publisher, if one is given.
    """

    campaign_status: CampaignStatus
    payout: str
    currency: str
    campaign_targeting: CampaignTargeting


class SimulatedDecision(DecisionDocument):
    """The reasons for the destination of a simulated click."""

    considered: Sequence[SimulatedOffer]


class SimulationDocument(ClickDocument):
    """A simulated click with the explanation of its decision, and the warnings about the smartlink."""

    decision: SimulatedDecision
    warnings: list[WarningDocument]
