"""Warnings about a smartlink that is valid but probably not intended."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.admin.smartlinks import reach
from chalicelib.admin.smartlinks.contradictions import KnownNetworks
from chalicelib.admin.smartlinks.offer_warnings import campaign_label, offer_warnings
from chalicelib.admin.smartlinks.warning_document import WarningCode, WarningDocument
from chalicelib.domain.campaign import TrackingMethod
from chalicelib.domain.smartlink import OptimizationGoal, Rotation
from chalicelib.exchange.rates import ExchangeRates
from chalicelib.routing import route_codec
from chalicelib.routing.route_codec import JsonObject

_CATCH_ALL = "/catch_all_campaign_id"


class Surroundings(NamedTuple):
    """Inputs of the warnings besides the smartlink: time, exchange rates of today, and the databases of networks."""

    now: datetime
    rates: Callable[[], ExchangeRates]
    networks: KnownNetworks = KnownNetworks()


def warnings(settings: JsonObject, campaigns: Mapping[str, JsonObject], around: Surroundings) -> list[WarningDocument]:
    """Return the warnings about a smartlink; `campaigns` has the documents of all its campaigns."""
    catch_all = campaigns.get(settings["catch_all_campaign_id"] or "")
    return [
        *_fallback_warnings(settings, catch_all),
        *_tracking_warnings(settings, campaigns),
        *_currency_warnings(campaigns, around),
        *_optimization_warnings(settings, campaigns, around),
        *offer_warnings(settings, campaigns, around.now, around.networks),
    ]


def _fallback_warnings(settings: JsonObject, catch_all: JsonObject | None) -> Iterator[WarningDocument]:
    if not settings["fallback_url"]:
        yield WarningDocument(
            code=WarningCode.NO_FALLBACK_URL,
            pointer="/fallback_url",
            detail='No fallback URL is set. Clicks without an eligible offer see the "no offer available" page.',
        )
    if not settings["offers"]:
        yield WarningDocument(code=WarningCode.NO_OFFERS, pointer="/offers", detail="There are no offers.")
    if catch_all:
        yield from _catch_all_warnings(catch_all)


def _catch_all_warnings(document: JsonObject) -> Iterator[WarningDocument]:
    campaign, label = route_codec.campaign(document), campaign_label(document)
    if not campaign.active:
        yield WarningDocument(
            code=WarningCode.CATCH_ALL_NOT_ACTIVE,
            pointer=_CATCH_ALL,
            detail=f"Catch-all {label} is {document['status']} and takes no clicks.",
            fix={"catch_all_campaign_id": None},
        )
    people = replace(campaign.targeting, exclude_bots=False, exclude_hosting=False)
    if not people.is_unrestricted or not reach.is_unlimited(campaign):
        yield WarningDocument(
            code=WarningCode.CATCH_ALL_RESTRICTED,
            pointer=_CATCH_ALL,
            detail=f"Catch-all {label} has restrictions and cannot take every click.",
        )


def _tracking_warnings(settings: JsonObject, campaigns: Mapping[str, JsonObject]) -> Iterator[WarningDocument]:
    domain = settings["tracking_domain"]
    for campaign in campaigns.values():
        label = campaign_label(campaign)
        if campaign["tracking"] == TrackingMethod.PIXEL:
            if domain:
                yield WarningDocument(
                    code=WarningCode.PIXEL_ON_TRACKING_DOMAIN,
                    pointer="/tracking_domain",
                    detail=f"Campaign {label} is tracked by pixel. Its pixel must be loaded from {domain}.",
                )
        elif found := next(_urls_without_click_id(settings, campaign), None):
            which, pointer = found
            yield WarningDocument(
                code=WarningCode.MISSING_CLICK_ID,
                pointer=pointer,
                detail=f"Campaign {label} is tracked by postback, but {which} destination URL has no {{click_id}} "
                "macro. The advertiser cannot report its conversions.",
            )


def _urls_without_click_id(settings: JsonObject, campaign: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield each destination of the campaign's clicks that lacks the macro: "its" or "the offer's", and its pointer."""
    own = [(n, each) for n, each in enumerate(settings["offers"]) if each["campaign_id"] == campaign["id"]]
    is_its_own = "{click_id}" not in campaign["destination_url"]
    for n, offer in own:
        landing_page = offer["destination_url"]
        if landing_page is None and is_its_own:
            yield "its", f"/offers/{n}/campaign_id"
        elif landing_page and "{click_id}" not in landing_page:
            yield "the offer's", f"/offers/{n}/destination_url"
    if is_its_own and settings["catch_all_campaign_id"] == campaign["id"]:
        yield "its", _CATCH_ALL


def _currency_warnings(campaigns: Mapping[str, JsonObject], around: Surroundings) -> Iterator[WarningDocument]:
    currencies = sorted({campaign["currency"] for campaign in campaigns.values()})
    if missing := _without_rate(currencies, around):
        yield WarningDocument(
            code=WarningCode.MIXED_CURRENCIES,
            pointer="",
            detail=f"The campaigns use different currencies ({', '.join(currencies)}). "
            f"To see their reports in one, set exchange rates for {missing}.",
        )


def _optimization_warnings(
    settings: JsonObject, campaigns: Mapping[str, JsonObject], around: Surroundings
) -> Iterator[WarningDocument]:
    if settings["rotation"] != Rotation.OPTIMIZED or not OptimizationGoal(settings["goal"]).counts_money:
        return
    of_offers = [each["campaign_id"] for each in settings["offers"] if each["campaign_id"] in campaigns]
    if missing := _without_rate({campaigns[key]["currency"] for key in of_offers}, around):
        yield WarningDocument(
            code=WarningCode.OPTIMIZATION_OFF,
            pointer="/goal",
            detail="Optimization is off: the goal compares amounts, and the offers use different currencies. "
            f"Set exchange rates for {missing}.",
        )


def _without_rate(currencies: Collection[str], around: Surroundings) -> str:
    """Return the currencies without an exchange rate, empty if there is only one currency."""
    if len(currencies) <= 1:
        return ""
    return ", ".join(around.rates().without_rate(currencies, around.now.date().isoformat()))
