"""Offers of a smartlink as a publisher may see them: payout and targeting, without data of the advertiser."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.goal import Goal
from chalicelib.domain.money import decimal_text
from chalicelib.domain.terms import CampaignTerms
from chalicelib.publisher.smartlinks.schemas import NamedGoalPayout, OfferDocument
from chalicelib.routing import route_codec
from chalicelib.routing.route_codec import JsonObject


def visible_offers(
    settings: JsonObject, campaigns: Mapping[str, JsonObject], terms: Mapping[str, CampaignTerms]
) -> list[OfferDocument]:
    """Return the enabled offers of active campaigns, with the values that both offer and campaign allow.

    `terms` are those of the publisher by campaign ID.
    """
    active_offers = [
        (offer, campaigns[offer["campaign_id"]])
        for offer in settings["offers"]
        if offer["enabled"] and _is_active(campaigns.get(offer["campaign_id"]))
    ]
    documents = [
        _document(offer, campaign, terms.get(offer["campaign_id"], CampaignTerms()))
        for offer, campaign in active_offers
    ]
    return [document for document in documents if document]


def _is_active(campaign: JsonObject | None) -> bool:
    return campaign is not None and campaign["status"] == "active"


def _document(offer: JsonObject, campaign: JsonObject, terms: CampaignTerms) -> OfferDocument | None:
    """Return the offer's document, or None if its targeting and the campaign's exclude each other."""
    targeting, campaign_targeting = offer["targeting"], campaign["targeting"]
    countries = _intersection(campaign_targeting["countries"], targeting["countries"])
    if countries:
        excluded = {*campaign_targeting["exclude_countries"], *targeting["exclude_countries"]}
        countries = [country for country in countries if country not in excluded] or None
    others = {name: _intersection(campaign_targeting[name], targeting[name]) for name in ("devices", "os", "languages")}
    if countries is None or None in others.values():
        return None
    compiled = route_codec.campaign({**campaign, "id": offer["campaign_id"]})
    return OfferDocument(
        campaign_id=compiled.id,
        name=campaign["name"],
        currency=compiled.currency,
        **payout_fields(terms.apply_to_goal(compiled.default_goal)),
        goals=[NamedGoalPayout(name=goal.name, **payout_fields(terms.apply_to_goal(goal))) for goal in compiled.goals],
        countries=countries,
        **others,
    )


def payout_fields(goal: Goal) -> dict[str, Any]:
    """Return what a publisher gets for one conversion of the goal."""
    payout, percent = decimal_text(goal.payout), decimal_text(goal.payout_percent)
    return {"payout": payout, "payout_percent": percent, "counts": goal.counts}


def _intersection(first: list[str], second: list[str]) -> list[str] | None:
    """Return the values in both lists, where an empty list allows any value; None if they have none in common."""
    if not first or not second:
        return sorted(first or second)
    return sorted(set(first) & set(second)) or None
