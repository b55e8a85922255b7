"""Warnings about a smartlink that is valid but probably not intended."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.admin.smartlinks import reach
from chalicelib.domain.campaign import Campaign, TrackingMethod
from chalicelib.domain.smartlink import Offer, OfferAccess, OptimizationGoal, Rotation
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.routing import route_codec
from chalicelib.routing.route_codec import JsonObject


def warnings(
    settings: JsonObject, campaigns: Mapping[str, JsonObject], now: datetime, rates: Callable[[], ExchangeRates]
) -> list[str]:
    """Return one sentence or two for each warning.

    `campaigns` holds the documents of all campaigns of the smartlink. `rates` returns the exchange rates of today.
    """
    offers = [
        route_codec.offer(offer, route_codec.campaign(campaigns[offer["campaign_id"]]))
        for offer in settings["offers"]
        if offer["campaign_id"] in campaigns
    ]
    catch_all = campaigns.get(settings["catch_all_campaign_id"] or "")
    return [
        *_fallback_warnings(settings, catch_all),
        *_tracking_warnings(settings, campaigns),
        *_currency_warnings(campaigns, rates, now),
        *_optimization_warnings(settings, offers, rates, now),
        *_reach_warnings(settings, offers, now),
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
    landing_pages = {offer["campaign_id"]: offer["destination_url"] for offer in settings["offers"]}
    for key, campaign in campaigns.items():
        if campaign["tracking"] == TrackingMethod.PIXEL:
            if domain:
                yield f"Campaign {key} is tracked by pixel. Its pixel must be loaded from {domain}."
        elif "{click_id}" not in (landing_pages.get(key) or campaign["destination_url"]):
            which = "the offer's" if landing_pages.get(key) else "its"
            yield (
                f"Campaign {key} is tracked by postback, but {which} destination URL has no {{click_id}} macro. "
                "The advertiser cannot report its conversions."
            )


def _currency_warnings(
    campaigns: Mapping[str, JsonObject], rates: Callable[[], ExchangeRates], now: datetime
) -> Iterator[str]:
    currencies = sorted({campaign["currency"] for campaign in campaigns.values()})
    if missing := _without_rate(currencies, rates, now):
        names = ", ".join(currencies)
        yield (
            f"The campaigns use different currencies ({names}). "
            f"To see their reports in one, set exchange rates for {missing}."
        )


def _optimization_warnings(
    settings: JsonObject, offers: list[Offer], rates: Callable[[], ExchangeRates], now: datetime
) -> Iterator[str]:
    if settings["rotation"] != Rotation.OPTIMIZED or not OptimizationGoal(settings["goal"]).counts_money:
        return
    if missing := _without_rate({offer.campaign.currency for offer in offers}, rates, now):
        yield (
            "Optimization is off: the goal compares amounts, and the offers use different currencies. "
            f"Set exchange rates for {missing}."
        )


def _without_rate(currencies: Collection[str], rates: Callable[[], ExchangeRates], now: datetime) -> str:
    """Return the currencies without an exchange rate, empty if there is only one currency."""
    return ", ".join(rates().without_rate(currencies, now.date().isoformat())) if len(currencies) > 1 else ""


def _reach_warnings(settings: JsonObject, offers: list[Offer], now: datetime) -> Iterator[str]:
    for offer in offers:
        if reason := reach.closed_reason(offer, now) or reach.nobody_reason(offer.targeting):
            yield f"Offer {offer.campaign.id} can never receive a click: {reason}."
        # Without approval a publisher's click passes an offer on.
        elif settings["offer_access"] == OfferAccess.GRANT and (above := reach.offer_above(offer, offers, now)):
            what = "every click" if above.targeting.is_unrestricted else "every click that it accepts"
            yield (
                f"Offer {offer.campaign.id} can never receive a click: "
                f"{above.campaign.id} has a higher priority and accepts {what}."
            )
