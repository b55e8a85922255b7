"""May this offer take this click? If not, why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.domain.visitor import Visitor


@dataclass(frozen=True, slots=True)
class ClickContext:
    """One click as it arrives: on whose link, who, with which labels, when (aware).

    `draw` in [0, 1) picks the offer, `lot` in [0, 1) the arm; neither tells anything of the other.
    """

    link: PublisherLink
    visitor: Visitor
    parameters: TrackingParameters
    now: datetime
    draw: float
    arm_draw: float


IsApproved = Callable[[str], bool]

_SCHEDULE = RejectionReason.SCHEDULE  # looked up once: Python 3.11 is slow at it, and many offers rest at any hour


def refusals(route: Route, arrival: ClickContext, approved: IsApproved) -> list[RejectionReason | None]:
    """The refusal of each offer of the route, in the route's order; None for an eligible one.

    `approved` tells whether the publisher may run the campaign of that ID; it is asked only
    where the pool respects single approvals.
    """
    admitted = _approval_check(route, arrival.link, approved)
    return [refusal(offer, arrival, admitted) for offer in route.offers]


def refusal(offer: Offer, arrival: ClickContext, admitted: IsApproved | None) -> RejectionReason | None:
    """The first reason, in the journey's order, why the offer may not take the click.

    `admitted` tells whether the publisher may run the campaign of that ID; None stands for every campaign.
    """
    campaign = offer.campaign
    if not offer.enabled:
        return RejectionReason.DISABLED
    if not campaign.active:
        return RejectionReason.CAMPAIGN_PAUSED
    schedule, targeting = campaign.schedule, offer.targeting
    if not (schedule.is_unrestricted or schedule.is_active_at(arrival.now)):
        return _SCHEDULE
    if admitted and not admitted(campaign.id):
        return RejectionReason.NOT_APPROVED
    return None if targeting.is_unrestricted else targeting.rejection(arrival.visitor, arrival.parameters.source)


def _approval_check(route: Route, link: PublisherLink, approved: IsApproved) -> IsApproved | None:
    if not link.publisher_active:
        return lambda _: False
    return approved if route.access is OfferAccess.RESPECT else None
