"""The click document of the API, from a stored click and the route of its version."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, assert_never

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import CLICK_FIELDS, Outcome
from chalicelib.domain.ids import smartlink_id_of
from chalicelib.domain.money import decimal_text
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.terms import CampaignTerms
from chalicelib.domain.timestamps import stored_timestamp
from chalicelib.routing import explanation
from chalicelib.routing.click_record import Record, draw_of, fill_destination
from chalicelib.routing.click_references import NO_DOCUMENTS, NO_REFERENCES, ClickReferences, RouteDocuments


class Landing(StrEnum):
    """Whose page a click went to: the campaign's, or the landing page of the offer."""

    CAMPAIGN = "campaign"
    OFFER = "offer"


_SHOWN = [name for name, field in CLICK_FIELDS.items() if field.is_shown]


def click_document(
    click: Record,
    route: Route,
    documents: RouteDocuments = NO_DOCUMENTS,
    references: ClickReferences = NO_REFERENCES,
) -> dict[str, Any]:
    """Return the click document of the API.

    The route's `learned` are the weights of the click's `weights_version`; if they have expired, the configured
    weights are shown, and no chances. The route was compiled from `documents`.
    """
    is_duplicate, is_bot = bool(click.get("is_duplicate")), bool(click.get("is_bot"))
    smartlink_id = smartlink_id_of(click["route_id"])
    return {
        "click_id": click["click_id"],
        "at": stored_timestamp(click["at"]),
        "smartlink_id": smartlink_id,
        "smartlink_name": references.smartlinks.get(smartlink_id or "", documents.smartlink.get("name")),
        "publisher_name": references.publishers.get(click["publisher_id"]),
        "link": _link(click, documents, references),
        **_chosen(click, route, documents, references),
        "destination_url": destination_url(click, route),
        **{name: click.get(name) for name in _SHOWN},
        "sub_ids": click.get("sub_ids") or {},
        "is_bot": is_bot,
        "is_duplicate": is_duplicate,
        "is_unique": not (is_bot or is_duplicate),
        "decision": _decision(click, route, documents, references),
    }


def _link(click: Record, documents: RouteDocuments, references: ClickReferences) -> dict[str, str] | None:
    """Return code and URL of the link; None for a simulated click, and if no address is known."""
    code = click["code"]
    if not code or references.link_url is None:
        return None
    return {"code": code, "url": references.link_url(code, documents.smartlink.get("tracking_domain"))}


def _chosen(
    click: Record, route: Route, documents: RouteDocuments, references: ClickReferences
) -> Mapping[str, str | None]:
    """Return the name of the chosen campaign, its payout of the goal `default`, and whose page the click went to.

    The payout is that of the route's version and of the terms of the click. All are None without a campaign.
    """
    campaign_id = click.get("campaign_id")
    if campaign_id is None:
        return {"campaign_name": None, "payout": None, "currency": None, "landing": None}
    campaign = campaign_of(route, campaign_id)
    version = click.get("terms_version")
    of_version = {} if version is None else references.terms.get((click["publisher_id"], int(version)), {})
    goal = of_version.get(campaign_id, CampaignTerms()).apply_to_goal(campaign.default_goal)
    return {
        "campaign_name": references.campaigns.get(campaign_id, documents.campaign_name(campaign_id)),
        "payout": decimal_text(goal.payout),
        "currency": campaign.currency,
        "landing": Landing.OFFER if _has_own_page(click, route) else Landing.CAMPAIGN,
    }


def _has_own_page(click: Record, route: Route) -> bool:
    campaign_id = click["campaign_id"]
    return click["outcome"] == Outcome.OFFER and _offer_of(route, campaign_id).landing_page is not None


def _offer_of(route: Route, campaign_id: str) -> Offer:
    return next(each for each in route.offers if each.campaign.id == campaign_id)


def destination_url(click: Record, route: Route) -> str | None:
    """Return the URL the click was sent to, computed again from the route; None for the "no offer available" page."""
    template = _template(click, route)
    return fill_destination(template, click) if template else None


def _template(click: Record, route: Route) -> str | None:
    outcome = Outcome(click["outcome"])
    match outcome:
        case Outcome.OFFER:
            return _offer_of(route, click["campaign_id"]).destination_url
        case Outcome.CATCH_ALL:
            return campaign_of(route, click["campaign_id"]).destination_url
        case Outcome.FAIL_URL:
            return route.fail_url
        case Outcome.FALLBACK | Outcome.PAUSED | Outcome.NO_OFFER:
            return route.fallback_url
        case _:
            assert_never(outcome)


def campaign_of(route: Route, campaign_id: str) -> Campaign:
    """Return the route's campaign of that ID, which may be the catch-all."""
    offers = (*route.offers, route.catch_all) if route.catch_all else route.offers
    return next(offer.campaign for offer in offers if offer.campaign.id == campaign_id)


def _decision(click: Record, route: Route, documents: RouteDocuments, references: ClickReferences) -> Mapping[str, Any]:
    propensity, version = click.get("propensity"), click.get("weights_version")
    return {
        "segment": explanation.segment(click),
        "arm": click["arm"],
        "route_version": int(click["route_version"]),
        "weights_version": None if version is None else int(version),
        "weights_at": None if version is None else stored_timestamp(int(version) * 1000),
        "draw": click.get("draw", draw_of(click["click_id"] or "")),
        "propensity": None if propensity is None else float(propensity),
        "considered": explanation.considered(click, route, documents, references),
    }
