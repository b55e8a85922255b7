"""The click document of the API, from a stored click and the route of its version."""

from collections.abc import Mapping
from typing import Any, assert_never

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import CLICK_FIELDS, Outcome
from chalicelib.domain.ids import smartlink_id_of
from chalicelib.domain.route import Route
from chalicelib.domain.timestamps import stored_timestamp
from chalicelib.routing import explanation
from chalicelib.routing.click_record import Record, draw_of, fill_destination

_SHOWN = [name for name, field in CLICK_FIELDS.items() if field.is_shown]


def click_document(click: Record, route: Route) -> dict[str, Any]:
    """Return the click document of the API.

    The route's `learned` are the weights of the click's `weights_version`; if they have expired, the configured
    weights are shown.
    """
    is_duplicate, is_bot = bool(click.get("is_duplicate")), bool(click.get("is_bot"))
    return {
        "click_id": click["click_id"],
        "at": stored_timestamp(click["at"]),
        "smartlink_id": smartlink_id_of(click["route_id"]),
        "destination_url": destination_url(click, route),
        **{name: click.get(name) for name in _SHOWN},
        "sub_ids": click.get("sub_ids") or {},
        "is_bot": is_bot,
        "is_duplicate": is_duplicate,
        "is_unique": not (is_bot or is_duplicate),
        "decision": _decision(click, route),
    }


def destination_url(click: Record, route: Route) -> str | None:
    """Return the URL the click was sent to, computed again from the route; None for the "no offer available" page."""
    template = _template(click, route)
    return fill_destination(template, click) if template else None


def _template(click: Record, route: Route) -> str | None:
    outcome = Outcome(click["outcome"])
    match outcome:
        case Outcome.OFFER:
            return next(each for each in route.offers if each.campaign.id == click["campaign_id"]).destination_url
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


def _decision(click: Record, route: Route) -> Mapping[str, Any]:
    propensity, version = click.get("propensity"), click.get("weights_version")
    return {
        "segment": explanation.segment(click),
        "arm": click["arm"],
        "route_version": int(click["route_version"]),
        "weights_version": None if version is None else int(version),
        "draw": click.get("draw", draw_of(click["click_id"] or "")),
        "propensity": None if propensity is None else float(propensity),
        "considered": explanation.considered(click, route),
    }
