"""What an admin should know about a smartlink that is allowed but likely not meant."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.smartlink import Offer, OptimizationGoal, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.routing import route_codec
from chalicelib.routing.route_codec import JsonObject

_INCLUDES = ("countries", "regions", "devices", "os", "browsers", "languages", "sources")


def warnings(settings: JsonObject, campaigns: Mapping[str, JsonObject], now: datetime) -> list[str]:
    """One sentence for each thing that looks wrong; `campaigns` holds the documents of all in the pool."""
    offers = [
        route_codec.offer(seat, route_codec.campaign(campaigns[seat["campaign_id"]]))
        for seat in settings["offers"]
        if seat["campaign_id"] in campaigns
    ]
    last = campaigns.get(settings["catch_all_campaign_id"] or "")
    return [
        *_about_the_nets(settings, last),
        *_about_the_domain(settings, campaigns),
        *_about_currencies(campaigns),
        *_about_learning(settings, offers),
        *_about_reach(offers, now),
    ]


def _about_the_nets(settings: JsonObject, last: JsonObject | None) -> Iterator[str]:
    if not settings["fallback_url"]:
        yield "There is no fallback URL: clicks that no offer takes end on a page saying so."
    if not settings["offers"]:
        yield "There are no offers."
    if last:
        catch_all = route_codec.campaign(last)
        if not catch_all.active:
            yield f"The catch-all {catch_all.id} is {last['status']} and takes no clicks."
        if catch_all.targeting != Targeting(exclude_bots=catch_all.targeting.exclude_bots) or not _unlimited(catch_all):
            yield f"The catch-all {catch_all.id} has restrictions: not every click ends there."


def _about_the_domain(settings: JsonObject, campaigns: Mapping[str, JsonObject]) -> Iterator[str]:
    if settings["tracking_domain"]:
        for campaign in campaigns.values():
            if "{click_id}" not in campaign["destination_url"]:
                yield (
                    f"Campaign {campaign['id']} does not pass {{click_id}} on and so is tracked by cookie, but the "
                    f"links are on {settings['tracking_domain']}: its pixel must be called on that domain too."
                )


def _about_currencies(campaigns: Mapping[str, JsonObject]) -> Iterator[str]:
    currencies = sorted({campaign["currency"] for campaign in campaigns.values()})
    if len(currencies) > 1:
        yield f"The campaigns pay in different currencies ({', '.join(currencies)}): their figures do not compare."


def _about_learning(settings: JsonObject, offers: list[Offer]) -> Iterator[str]:
    currencies = {offer.campaign.currency for offer in offers}
    if (
        settings["rotation"] == Rotation.OPTIMIZED
        and OptimizationGoal(settings["goal"]).counts_money
        and len(currencies) > 1
    ):
        yield "Nothing is learned: the goal compares money, and the offers pay in different currencies."


def _about_reach(offers: list[Offer], now: datetime) -> Iterator[str]:
    for offer in offers:
        if reason := _unreachable(offer, offers, now):
            yield f"Nobody can reach the offer of {offer.campaign.id}: {reason}."


def _unreachable(offer: Offer, offers: list[Offer], now: datetime) -> str | None:
    if reason := _closed(offer, now):
        return reason
    if nobody := [name for name in _INCLUDES if getattr(offer.targeting, name) == frozenset()]:
        return f"its own targeting and the campaign's have no {', '.join(nobody)} in common"
    if _excludes_all_it_includes(offer.targeting):
        return "everything it includes is excluded too"
    above = next((each for each in offers if each.priority > offer.priority and _takes_everything(each, now)), None)
    return f"{above.campaign.id} stands above it and takes every click" if above else None


def _excludes_all_it_includes(targeting: Targeting) -> bool:
    return (targeting.countries is not None and targeting.countries <= targeting.exclude_countries) or (
        targeting.sources is not None and targeting.sources <= targeting.exclude_sources
    )


def _closed(offer: Offer, now: datetime) -> str | None:
    if not offer.enabled:
        return "it is disabled"
    if offer.weight == 0:
        return "its weight is 0"
    if not offer.campaign.active:
        return "its campaign is not active"
    ends_at = offer.campaign.schedule.ends_at
    return "its campaign has ended" if ends_at and ends_at <= now else None


def _takes_everything(offer: Offer, now: datetime) -> bool:
    return not _closed(offer, now) and offer.targeting == Targeting() and _unlimited(offer.campaign)


def _unlimited(campaign: Campaign) -> bool:
    schedule = campaign.schedule
    ever = not (schedule.starts_at or schedule.ends_at or schedule.hours or schedule.weekdays)
    return ever and not campaign.caps and campaign.duplicate_filter is None
