"""A logged click as replay reads it: who came, where it went, what came of it, and which offers were refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chalicelib.clicks.rejections import PAYING_OUTCOMES, REJECTIONS_BY_CODE
from chalicelib.domain.click import Outcome, RejectionReason, TrackingParameters
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from chalicelib.evaluation.reward import Reward
from chalicelib.routing.eligibility import ClickContext

StoredClick = Mapping[str, Any]


class Action(NamedTuple):
    """Where a click can go: to an offer, to the catch-all, or, with no campaign, to where nothing is ever earned."""

    campaign_id: str = ""
    catch_all: bool = False


NO_PAYING_OFFER = Action()
"""Fail URL, fallback URL or the page of no offer."""


@dataclass(frozen=True, slots=True)
class LoggedClick:
    """One unique click of a human: how it arrived, the refusals of its route's offers, where it went, what came of it.

    `route` is the one that decided it, with the learned weights that were in force.
    """

    arrival: ClickContext
    route: Route
    outcome: Outcome
    action: Action
    refusals: tuple[RejectionReason | None, ...]
    propensity: float
    earning: Reward

    @property
    def refused(self) -> dict[str, RejectionReason | None]:
        """The refusals by campaign ID."""
        return {offer.campaign.id: refusal for offer, refusal in zip(self.route.offers, self.refusals, strict=False)}


def is_unique(stored: StoredClick) -> bool:
    """Whether the click is a human's and no duplicate."""
    return not (stored.get("is_bot") or stored.get("is_duplicate"))


def is_complete(stored: StoredClick, route: Route) -> bool:
    """Whether the click was decided to the end: one that a fault sent to the fallback tells nothing of the offers."""
    return not route.active or len(stored.get("refusals") or "") == len(route.offers)


def logged(stored: StoredClick, route: Route, earning: Reward) -> LoggedClick:
    """The logged click of its stored fields; `route` and `earning` as in `Logged`."""
    outcome = Outcome(stored["outcome"])
    refusals = tuple(REJECTIONS_BY_CODE[letter] for letter in stored.get("refusals") or "")
    paid = outcome in PAYING_OUTCOMES
    return LoggedClick(
        arrival=_arrival(stored, publisher_active=not _is_suspended(route, outcome, refusals)),
        route=route,
        outcome=outcome,
        action=Action(stored["campaign_id"], outcome is Outcome.CATCH_ALL) if paid else NO_PAYING_OFFER,
        refusals=refusals,
        propensity=float(stored.get("propensity") or 1),
        earning=earning,
    )


def _is_suspended(route: Route, outcome: Outcome, refusals: tuple[RejectionReason | None, ...]) -> bool:
    """Whether the publisher was suspended: refused where access is granted, or sent past the fail URL."""
    if route.access is OfferAccess.GRANT and RejectionReason.NOT_APPROVED in refusals:
        return True
    return route.active and route.fail_url is not None and outcome in (Outcome.FALLBACK, Outcome.NO_OFFER)


def _arrival(stored: StoredClick, *, publisher_active: bool) -> ClickContext:
    return ClickContext(
        link=PublisherLink(stored["code"], stored["publisher_id"], stored["route_id"], publisher_active),
        visitor=Visitor(
            country=stored.get("country"),
            region=stored.get("region"),
            device=Device(stored["device"]),
            os=OperatingSystem(stored["os"]),
            browser=stored.get("browser"),
            language=stored.get("language"),
        ),
        parameters=TrackingParameters(source=stored.get("source")),
        now=datetime.fromtimestamp(int(stored["at"]) / 1000, UTC),
        draw=0.0,
        arm_draw=0.0,
    )
