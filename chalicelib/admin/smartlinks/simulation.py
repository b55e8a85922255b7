"""The context of a simulated click, and the campaigns of the offers that it considered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.admin.smartlinks.simulation_schemas import Simulation
from chalicelib.admin.targeting_fields import VisitorFields
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.money import decimal_text
from chalicelib.domain.route import PublisherLink
from chalicelib.domain.terms import CampaignTerms
from chalicelib.domain.visitor import Visitor
from chalicelib.routing.click_references import PastRoute
from chalicelib.routing.eligibility import ClickContext
from chalicelib.routing.location import Locate
from chalicelib.routing.visitor_detection import visitor

_LAST_ARM_DRAW = 1 - 2**-53
"""In the hold-out only if it has every click."""

_DETAILS = {
    "country": ("region", "city"),
    "region": ("city",),
    "os": ("os_version",),
}
"""The fields that say more about a field: those of the address or agent do not fit another value."""


def simulated_click(
    simulation: Simulation, link: PublisherLink, now: datetime, draw: float, locate: Locate
) -> ClickContext:
    """Return the context of a simulated click; `now` and `draw` apply if the simulation has none.

    The click is not in the hold-out: if weights were learned, it uses them.
    """
    return ClickContext(
        link=link,
        visitor=_visitor(simulation, locate),
        parameters=TrackingParameters(simulation.sub_ids or {}, simulation.source),
        now=datetime.fromisoformat(simulation.at) if simulation.at else now,
        draw=draw if simulation.draw is None else simulation.draw,
        arm_draw=_LAST_ARM_DRAW,
    )


def with_campaigns(
    considered: Sequence[Mapping[str, Any]], compiled: PastRoute, terms: Mapping[str, CampaignTerms]
) -> list[dict[str, Any]]:
    """Return the considered offers with their campaigns: status, payout under the terms, and targeting."""
    documents = compiled.documents.campaigns
    campaigns = {offer.campaign.id: offer.campaign for offer in compiled.route.offers}
    return [
        {
            **each,
            "campaign_status": documents[key]["status"],
            "payout": decimal_text(terms.get(key, CampaignTerms()).apply_to_goal(campaigns[key].default_goal).payout),
            "currency": documents[key]["currency"],
            "campaign_targeting": documents[key]["targeting"],
        }
        for each in considered
        for key in [each["campaign_id"]]
    ]


def _visitor(simulation: Simulation, locate: Locate) -> Visitor:
    """Detect the visitor from user agent and address; explicit fields take precedence. No user agent is not a bot."""
    headers = {"user-agent": simulation.user_agent} if simulation.user_agent else {}
    number = int(simulation.network.removeprefix("AS")) if simulation.network else None
    detected = visitor(headers, simulation.ip or "", "", lambda address, _=None: locate(address, number))
    explicit = {name: getattr(simulation, name) for name in VisitorFields.model_fields}
    known = {name: value for name, value in explicit.items() if value is not None}
    changed = [name for name, value in known.items() if value != getattr(detected, name)]
    unknown = {detail: None for name in changed for detail in _DETAILS.get(name, ())}
    return replace(detected, **{**unknown, **known}, is_bot=bool(simulation.user_agent) and detected.is_bot)
