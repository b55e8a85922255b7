"""One click, one destination: the journey from offers to outcome, with every reason kept."""

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

FallbackResult = tuple[Outcome, Campaign | None, str | None, RejectionReason | None]
"""What catches a click below the offers: outcome, campaign, URL, and why the catch-all, where tried, did not."""


class Decision(NamedTuple):
    """Where the click goes and why.

    `refusals` runs beside the route's offers, None for those that could have taken the click.
    `url` is the destination with its macros still open; None is the page of no offer.
    `arm` tells whose weights draw for this click, whether or not an offer took it in the end; `segment` the one whose
    learned weights they are, in arm `optimized`. `propensity` is the probability with which the chosen offer was
    drawn in its tier, in this arm.
    `catch_all_refused` is why the catch-all, where it was tried, did not take the click either.
    """

    outcome: Outcome
    campaign: Campaign | None
    url: str | None
    refusals: tuple[RejectionReason | None, ...] = ()
    arm: ExperimentArm = ExperimentArm.WEIGHTED
    propensity: float | None = None
    catch_all_refused: RejectionReason | None = None
    segment: str | None = None


def decide(route: Route, arrival: ClickContext, approved: IsApproved, reserve: Reserve) -> Decision:
    """The best eligible offer's destination, or the first net below it that holds.

    `reserve(campaign)` takes the click into the campaign's caps and duplicate filter, or gives
    the refusal (`cap`, `duplicate`); then the next is chosen without that offer.
    """
    if not route.active:
        return Decision(Outcome.PAUSED, None, route.fallback_url)
    how = select_weights(route, segments.segments_of(arrival.visitor.country, arrival.visitor.device), arrival.arm_draw)
    refusals = eligibility.refusals(route, arrival, approved)
    draw = arrival.draw
    while pick := _pick_offer(route.offers, refusals, how, draw):
        campaign = route.offers[pick.position].campaign
        refused = reserve(campaign)
        if refused is None:
            return _to_offer(route, refusals, how, pick)
        refusals[pick.position], draw = refused, pick.remaining_draw
    outcome, caught, url, refused = _fallback_chain(route, arrival, reserve)
    return Decision(outcome, caught, url, tuple(refusals), how.arm, None, refused, how.segment)


def _pick_offer(
    offers: Sequence[Offer], refusals: Sequence[RejectionReason | None], how: WeightSelection, draw: float
) -> rotation.Pick | None:
    tier = rotation.top_tier(offers, refusals)
    return rotation.pick(tier, weights(how, offers, tier), draw)


def _to_offer(
    route: Route, refusals: list[RejectionReason | None], how: WeightSelection, pick: rotation.Pick
) -> Decision:
    campaign = route.offers[pick.position].campaign
    kept = _with_lower_tiers(route.offers, refusals, pick.position)
    return Decision(
        Outcome.OFFER, campaign, campaign.destination_url, kept, how.arm, pick.propensity, None, how.segment
    )


def _with_lower_tiers(
    offers: Sequence[Offer], refusals: Sequence[RejectionReason | None], chosen: int
) -> tuple[RejectionReason | None, ...]:
    """The refusals, where offers below the tier of the chosen one that had none have that for theirs."""
    priority, below = offers[chosen].priority, chosen
    if offers[-1].priority == priority:
        return tuple(refusals)
    while offers[below].priority == priority:
        below += 1
    lower = RejectionReason.LOWER_TIER
    return (*refusals[:below], *[refusal or lower for refusal in refusals[below:]])


def _fallback_chain(route: Route, arrival: ClickContext, reserve: Reserve) -> FallbackResult:
    """Catch-all, its fail URL, the fallback URL, the page. A suspended publisher earns nothing on the way."""
    refused = None
    if arrival.link.publisher_active:
        if route.catch_all:
            campaign = route.catch_all.campaign
            refused = _catch_all_refusal(route.catch_all, arrival, reserve)
            if refused is None:
                return Outcome.CATCH_ALL, campaign, campaign.destination_url, None
        if route.fail_url:
            return Outcome.FAIL_URL, None, route.fail_url, refused
    outcome = Outcome.FALLBACK if route.fallback_url else Outcome.NO_OFFER
    return outcome, None, route.fallback_url, refused


def _catch_all_refusal(catch_all: Offer, arrival: ClickContext, reserve: Reserve) -> RejectionReason | None:
    return eligibility.refusal(catch_all, arrival, None) or reserve(catch_all.campaign)
