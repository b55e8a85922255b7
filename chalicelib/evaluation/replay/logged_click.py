"""A logged click for replay: visitor, action, reward, and the rejection reasons of the offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chalicelib.domain.click import Outcome, RejectionReason, TrackingParameters, decode_rejections
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.domain.visitor import visitor_of_click
from chalicelib.evaluation.reward import Reward
from chalicelib.routing.eligibility import ClickContext

StoredClick = Mapping[str, Any]


class Action(NamedTuple):
    """A destination of a click: an offer, the catch-all, or, without a campaign, no paying offer."""

    campaign_id: str = ""
    catch_all: bool = False


NO_PAYING_OFFER = Action()
"""Fail URL, fallback URL or the "no offer available" page."""


@dataclass(frozen=True, slots=True)
class LoggedClick:
    """One unique click of a human: its context, the rejections of its route's offers, its action and its reward.

    `route` is the one that decided it, with the learned weights of that time.
    """

    context: ClickContext
    route: Route
    outcome: Outcome
    action: Action
    rejections: tuple[RejectionReason | None, ...]
    propensity: float
    reward: Reward

    @property
    def rejection_by_campaign(self) -> dict[str, RejectionReason | None]:
        """The rejections by campaign ID; None for an eligible offer."""
        pairs = zip(self.route.offers, self.rejections, strict=False)
        return {offer.campaign.id: rejection for offer, rejection in pairs}


def is_complete(stored: StoredClick, route: Route) -> bool:
    """Return whether the decision was completed. After an error the click went to the fallback without rejections."""
    return not route.active or len(stored.get("refusals") or "") == len(route.offers)


def decode_click(stored: StoredClick, route: Route, reward: Reward) -> LoggedClick:
    """Decode the stored fields of a click; `route` and `reward` are those of `LoggedClick`."""
    outcome = Outcome(stored["outcome"])
    rejections = tuple(decode_rejections(stored))
    return LoggedClick(
        context=_context(stored, publisher_active=not _is_suspended(route, outcome, rejections)),
        route=route,
        outcome=outcome,
        action=Action(stored["campaign_id"], outcome is Outcome.CATCH_ALL) if outcome.is_paying else NO_PAYING_OFFER,
        rejections=rejections,
        propensity=float(stored.get("propensity") or 1),
        reward=reward,
    )


def _is_suspended(route: Route, outcome: Outcome, rejections: tuple[RejectionReason | None, ...]) -> bool:
    """Return whether the publisher was suspended: rejected despite granted access, or not sent to the fail URL."""
    if route.access is OfferAccess.GRANT and RejectionReason.NOT_APPROVED in rejections:
        return True
    return route.active and route.fail_url is not None and outcome in (Outcome.FALLBACK, Outcome.NO_OFFER)


def _context(stored: StoredClick, *, publisher_active: bool) -> ClickContext:
    return ClickContext(
        link=PublisherLink(stored["code"], stored["publisher_id"], stored["route_id"], publisher_active),
        visitor=visitor_of_click(stored),
        parameters=TrackingParameters(stored.get("sub_ids") or {}, stored.get("source")),
        now=datetime.fromtimestamp(int(stored["at"]) / 1000, UTC),
        draw=0.0,
        arm_draw=0.0,
    )
