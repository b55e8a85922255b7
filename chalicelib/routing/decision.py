"""The decision about a click: the offer or fallback that takes it, and the rejection of every other offer."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer
from chalicelib.routing import eligibility, rotation, segments
from chalicelib.routing.eligibility import ClickContext, IsApproved
from chalicelib.routing.weight_selection import WeightSelection, select_weights, weights

Reserve = Callable[[Campaign], RejectionReason | None]
"""Reserve the click in the campaign's caps and duplicate filter; return None, or the rejection `cap` or `duplicate`."""

FallbackResult = tuple[Outcome, Campaign | None, str | None, RejectionReason | None]
"""Outcome, campaign and URL of a click without an offer, and the rejection of the catch-all if it was tried."""


class Decision(NamedTuple):
    """The destination of a click and the reasons for it.

    `rejections` has the rejection of each offer of the route, in its order; None if the offer could take the click.
    `url` is the destination before macros are filled in; None is the "no offer available" page.
    `arm` selects the weights of the click, even if no offer takes it. `segment` is the segment whose learned weights
    are used, in arm `optimized`. `propensity` is the probability of the chosen offer in its tier and arm.
    `catch_all_rejection` is the rejection of the catch-all if it was tried.
    """

    outcome: Outcome
    campaign: Campaign | None
    url: str | None
    rejections: tuple[RejectionReason | None, ...] = ()
    arm: ExperimentArm = ExperimentArm.WEIGHTED
    propensity: float | None = None
    catch_all_rejection: RejectionReason | None = None
    segment: str | None = None


def decide(route: Route, context: ClickContext, is_approved: IsApproved, reserve: Reserve) -> Decision:
    """Return the destination of an eligible offer, or of the first fallback that takes the click.

    If `reserve` rejects the drawn offer, another one is drawn without it.
    """
    if not route.active:
        return Decision(Outcome.PAUSED, None, route.fallback_url)
    visitor = context.visitor
    selection = select_weights(route, segments.segments_of(visitor.country, visitor.device), context.arm_draw)
    rejections = eligibility.rejections(route, context, is_approved)
    draw = context.draw
    while pick := _pick_offer(route.offers, rejections, selection, draw):
        campaign = route.offers[pick.position].campaign
        rejection = reserve(campaign)
        if rejection is None:
            return _offer_decision(route, rejections, selection, pick)
        rejections[pick.position], draw = rejection, pick.remaining_draw
    outcome, catch_all, url, rejection = _fallback_chain(route, context, reserve)
    return Decision(outcome, catch_all, url, tuple(rejections), selection.arm, None, rejection, selection.segment)


def _pick_offer(
    offers: Sequence[Offer], rejections: Sequence[RejectionReason | None], selection: WeightSelection, draw: float
) -> rotation.Pick | None:
    tier = rotation.top_tier(offers, rejections)
    return rotation.pick(tier, weights(selection, offers, tier), draw)


def _offer_decision(
    route: Route, rejections: list[RejectionReason | None], selection: WeightSelection, pick: rotation.Pick
) -> Decision:
    offer = route.offers[pick.position]
    all_rejections = _with_lower_tiers(route.offers, rejections, pick.position)
    return Decision(
        Outcome.OFFER,
        offer.campaign,
        offer.destination_url,
        all_rejections,
        selection.arm,
        pick.propensity,
        None,
        selection.segment,
    )


def _with_lower_tiers(
    offers: Sequence[Offer], rejections: Sequence[RejectionReason | None], chosen: int
) -> tuple[RejectionReason | None, ...]:
    """Return the rejections, with `lower_tier` for the offers below the chosen tier that had none."""
    priority, below = offers[chosen].priority, chosen
    if offers[-1].priority == priority:
        return tuple(rejections)
    while offers[below].priority == priority:
        below += 1
    lower = RejectionReason.LOWER_TIER
    return (*rejections[:below], *[rejection or lower for rejection in rejections[below:]])


def _fallback_chain(route: Route, context: ClickContext, reserve: Reserve) -> FallbackResult:
    """Try catch-all, its fail URL, the fallback URL and the page, in this order.

    The clicks of a suspended publisher go to the fallback URL or the page, which earn nothing.
    """
    rejection = None
    if context.link.publisher_active:
        if route.catch_all:
            campaign = route.catch_all.campaign
            rejection = _catch_all_rejection(route.catch_all, context, reserve)
            if rejection is None:
                return Outcome.CATCH_ALL, campaign, campaign.destination_url, None
        if route.fail_url:
            return Outcome.FAIL_URL, None, route.fail_url, rejection
    outcome = Outcome.FALLBACK if route.fallback_url else Outcome.NO_OFFER
    return outcome, None, route.fallback_url, rejection


def _catch_all_rejection(catch_all: Offer, context: ClickContext, reserve: Reserve) -> RejectionReason | None:
    return eligibility.rejection(catch_all, context, None) or reserve(catch_all.campaign)
