"""Warnings about a smartlink that is valid but probably not intended."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from chalicelib.domain.campaign import Campaign, TrackingMethod
from chalicelib.domain.smartlink import Offer, OptimizationGoal, Rotation
from chalicelib.domain.targeting import DIMENSIONS, Dimension, Targeting
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
        *_reach_warnings(offers, now),
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
    if campaign.targeting != Targeting(exclude_bots=campaign.targeting.exclude_bots) or not _is_unlimited(campaign):
        yield f"Catch-all {campaign.id} has restrictions and cannot take every click."


def _tracking_warnings(settings: JsonObject, campaigns: Mapping[str, JsonObject]) -> Iterator[str]:
    domain = settings["tracking_domain"]
    for campaign in campaigns.values():
        if campaign["tracking"] == TrackingMethod.PIXEL:
            if domain:
                yield f"Campaign {campaign['id']} is tracked by pixel. Its pixel must be loaded from {domain}."
        elif "{click_id}" not in campaign["destination_url"]:
            yield (
                f"Campaign {campaign['id']} is tracked by postback, but its destination URL has no {{click_id}} macro. "
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


def _reach_warnings(offers: list[Offer], now: datetime) -> Iterator[str]:
    for offer in offers:
        if reason := _unreachable_reason(offer, offers, now):
            yield f"Offer {offer.campaign.id} can never receive a click: {reason}."


def _unreachable_reason(offer: Offer, offers: list[Offer], now: datetime) -> str | None:
    if reason := _closed_reason(offer, now):
        return reason
    if disjoint := [each.include for each in DIMENSIONS if offer.targeting.included(each) == frozenset()]:
        return f"its own targeting and the campaign's have no {', '.join(disjoint)} in common"
    if any(_excludes_all_it_includes(offer.targeting, each) for each in DIMENSIONS):
        return "everything it includes is excluded too"
    higher = (each for each in offers if each.priority > offer.priority)
    above = next((each for each in higher if _accepts_every_click(each, now)), None)
    return f"{above.campaign.id} has a higher priority and accepts every click" if above else None


def _excludes_all_it_includes(targeting: Targeting, dimension: Dimension) -> bool:
    included = targeting.included(dimension)
    return included is not None and included <= targeting.excluded(dimension)


def _closed_reason(offer: Offer, now: datetime) -> str | None:
    if not offer.enabled:
        return "it is disabled"
    if offer.weight == 0:
        return "its weight is 0"
    if not offer.campaign.active:
        return "its campaign is not active"
    ends_at = offer.campaign.schedule.ends_at
    return "its campaign has ended" if ends_at and ends_at <= now else None


def _accepts_every_click(offer: Offer, now: datetime) -> bool:
    return not _closed_reason(offer, now) and offer.targeting.is_unrestricted and _is_unlimited(offer.campaign)


def _is_unlimited(campaign: Campaign) -> bool:
    return campaign.schedule.is_unrestricted and not campaign.caps and campaign.duplicate_filter is None
