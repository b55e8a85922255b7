"""Eligibility: whether an offer may take a click, and the first reason if it may not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.domain.visitor import Visitor


@dataclass(frozen=True, slots=True)
class ClickContext:
    """A click before the decision: its link, visitor, tracking parameters and time (aware).

    `draw` in [0, 1) picks the offer, `arm_draw` in [0, 1) the arm; the two are independent.
    """

    link: PublisherLink
    visitor: Visitor
    parameters: TrackingParameters
    now: datetime
    draw: float
    arm_draw: float


IsApproved = Callable[[str], bool]
"""Return whether the publisher may run the campaign of this ID."""

_SCHEDULE = RejectionReason.SCHEDULE  # looked up once: it is slow in Python 3.11, and many offers are off schedule


def rejections(route: Route, context: ClickContext, is_approved: IsApproved) -> list[RejectionReason | None]:
    """Return the rejection of each offer of the route, in its order; None for an eligible offer.

    `is_approved` is called only if the smartlink respects individual approvals.
    """
    approval_check = _approval_check(route, context.link, is_approved)
    return [rejection(offer, context, approval_check) for offer in route.offers]


def rejection(offer: Offer, context: ClickContext, is_approved: IsApproved | None) -> RejectionReason | None:
    """Return the first reason, in the order of the checks, why the offer may not take the click.

    Without `is_approved` every campaign is approved.
    """
    campaign = offer.campaign
    if not offer.enabled:
        return RejectionReason.DISABLED
    if not campaign.active:
        return RejectionReason.CAMPAIGN_PAUSED
    schedule, targeting = campaign.schedule, offer.targeting
    if not (schedule.is_unrestricted or schedule.is_active_at(context.now)):
        return _SCHEDULE
    if is_approved and not is_approved(campaign.id):
        return RejectionReason.NOT_APPROVED
    return None if targeting.is_unrestricted else targeting.rejection(context.visitor, context.parameters)


def _approval_check(route: Route, link: PublisherLink, is_approved: IsApproved) -> IsApproved | None:
    if not link.publisher_active:
        return lambda _: False
    return is_approved if route.access is OfferAccess.RESPECT else None
