"""Warnings about a smartlink that is valid but probably not intended."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from chalicelib.admin.smartlinks import reach
from chalicelib.admin.smartlinks.contradictions import KnownNetworks, complaints, nobody_reason
from chalicelib.domain.campaign import Campaign, TrackingMethod
from chalicelib.domain.smartlink import Offer, OfferAccess, OptimizationGoal, Rotation
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.routing import route_codec
from chalicelib.routing.route_codec import JsonObject

_SHOWN_COMPLAINTS = 3


class Surroundings(NamedTuple):
    """Inputs of the warnings besides the smartlink: time, exchange rates of today, and the databases of networks."""

    now: datetime
    rates: Callable[[], ExchangeRates]
    networks: KnownNetworks = KnownNetworks()


def warnings(settings: JsonObject, campaigns: Mapping[str, JsonObject], around: Surroundings) -> list[str]:
    """Return one sentence or two for each warning; `campaigns` has the documents of all campaigns of the smartlink."""
    offers = [
        route_codec.offer(offer, route_codec.campaign(campaigns[offer["campaign_id"]]))
        for offer in settings["offers"]
        if offer["campaign_id"] in campaigns
    ]
    catch_all = campaigns.get(settings["catch_all_campaign_id"] or "")
    return [
        *_fallback_warnings(settings, catch_all),
        *_tracking_warnings(settings, campaigns),
        *_currency_warnings(campaigns, around),
        *_optimization_warnings(settings, offers, around),
        *_reach_warnings(settings, offers, around),
        *_value_warnings(offers),
    ]


def _fallback_warnings(settings: JsonObject, catch_all: JsonObject | None) -> Iterator[str]:
    if not settings["fallback_url"]:
        yield 'No fallback URL is set. Clicks without an eligible offer see the "no offer available" page.'
    if not settings["offers"]:
        yield "There are no offers."
    if catch_all:
        yield from _catch_all_warnings(route_codec.campaign(catch_all), catch_all["status"])


def _catch_all_warnings(campaign: Campaign, status: str) -> Iterator[str]:
    if not campaign.active:
        yield f"Catch-all {campaign.id} is {status} and takes no clicks."
    people = replace(campaign.targeting, exclude_bots=False, exclude_hosting=False)
    if not people.is_unrestricted or not reach.is_unlimited(campaign):
        yield f"Catch-all {campaign.id} has restrictions and cannot take every click."


def _tracking_warnings(settings: JsonObject, campaigns: Mapping[str, JsonObject]) -> Iterator[str]:
    domain = settings["tracking_domain"]
    for key, campaign in campaigns.items():
        if campaign["tracking"] == TrackingMethod.PIXEL:
            if domain:
                yield f"Campaign {key} is tracked by pixel. Its pixel must be loaded from {domain}."
        elif which := next(_urls_without_click_id(settings, campaign), None):
            yield (
                f"Campaign {key} is tracked by postback, but {which} destination URL has no {{click_id}} macro. "
                "The advertiser cannot report its conversions."
            )


def _urls_without_click_id(settings: JsonObject, campaign: JsonObject) -> Iterator[str]:
    """Yield "its" or "the offer's" for each destination of the campaign's clicks that lacks the macro."""
    landing_pages = [each["destination_url"] for each in settings["offers"] if each["campaign_id"] == campaign["id"]]
    is_catch_all = settings["catch_all_campaign_id"] == campaign["id"]
    if (is_catch_all or None in landing_pages) and "{click_id}" not in campaign["destination_url"]:
        yield "its"
    if any(url and "{click_id}" not in url for url in landing_pages):
        yield "the offer's"


def _currency_warnings(campaigns: Mapping[str, JsonObject], around: Surroundings) -> Iterator[str]:
    currencies = sorted({campaign["currency"] for campaign in campaigns.values()})
    if missing := _without_rate(currencies, around):
        names = ", ".join(currencies)
        yield (
            f"The campaigns use different currencies ({names}). "
            f"To see their reports in one, set exchange rates for {missing}."
        )


def _optimization_warnings(settings: JsonObject, offers: list[Offer], around: Surroundings) -> Iterator[str]:
    if settings["rotation"] != Rotation.OPTIMIZED or not OptimizationGoal(settings["goal"]).counts_money:
        return
    if missing := _without_rate({offer.campaign.currency for offer in offers}, around):
        yield (
            "Optimization is off: the goal compares amounts, and the offers use different currencies. "
            f"Set exchange rates for {missing}."
        )


def _without_rate(currencies: Collection[str], around: Surroundings) -> str:
    """Return the currencies without an exchange rate, empty if there is only one currency."""
    if len(currencies) <= 1:
        return ""
    return ", ".join(around.rates().without_rate(currencies, around.now.date().isoformat()))


def _reach_warnings(settings: JsonObject, offers: list[Offer], around: Surroundings) -> Iterator[str]:
    for offer in offers:
        reason = reach.closed_reason(offer, around.now) or nobody_reason(offer.targeting, around.networks)
        if reason:
            yield f"Offer {offer.campaign.id} can never receive a click: {reason}."
        # Without approval a publisher's click passes an offer on.
        elif settings["offer_access"] == OfferAccess.GRANT and (above := reach.offer_above(offer, offers, around.now)):
            yield _covered_warning(offer, above)


def _value_warnings(offers: list[Offer]) -> Iterator[str]:
    for offer in offers:
        if found := list(islice(complaints(offer.targeting), _SHOWN_COMPLAINTS)):
            yield f"Offer {offer.campaign.id} lists values that no visitor has: {'. '.join(found)}."


def _covered_warning(offer: Offer, above: Offer) -> str:
    what = "every click" if above.targeting.is_unrestricted else "every click that it accepts"
    finding = "can never receive a click"
    if reach.leaves_bots(above, offer):
        what, finding = "every click of a person that it accepts", "can receive only bots"
    return (
        f"Offer {offer.campaign.id} {finding}: {above.campaign.id} has a higher priority and accepts {what}, "
        "unless the terms of a publisher cap it."
    )
