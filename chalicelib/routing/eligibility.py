"""May this offer take this click? If not, why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.smartlink import Labels, Offer, OfferAccess, PublisherLink, Refusal, Route, Visitor


@dataclass(frozen=True, slots=True)
class Arrival:
    """One click as it arrives: on whose link, who, with which labels, when (aware).

    `draw` in [0, 1) picks the offer, `lot` in [0, 1) the arm; neither tells anything of the other.
    """

    link: PublisherLink
    visitor: Visitor
    labels: Labels
    now: datetime
    draw: float
    lot: float


Approved = Callable[[str], bool]


def refusals(route: Route, arrival: Arrival, approved: Approved) -> list[Refusal | None]:
    """The refusal of each offer of the route, in the route's order; None for an eligible one.

    `approved` tells whether the publisher may run the campaign of that ID; it is asked only
    where the pool respects single approvals.
    """
    admitted = _admission(route, arrival.link, approved)
    return [refusal(offer, arrival, admitted) for offer in route.offers]


def refusal(offer: Offer, arrival: Arrival, admitted: Approved) -> Refusal | None:
    """The first reason, in the journey's order, why the offer may not take the click."""
    campaign = offer.campaign
    if not offer.enabled:
        return Refusal.DISABLED
    if not campaign.active:
        return Refusal.CAMPAIGN_PAUSED
    if not campaign.schedule.is_open(arrival.now):
        return Refusal.SCHEDULE
    if not admitted(campaign.id):
        return Refusal.NOT_APPROVED
    return offer.targeting.refusal(arrival.visitor, arrival.labels.source)


def _admission(route: Route, link: PublisherLink, approved: Approved) -> Approved:
    if not link.publisher_active:
        return lambda _: False
    return approved if route.access is OfferAccess.RESPECT else lambda _: True
