"""What is to be learned of: one pool with its offers, as its route has them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.caps.windows import CapCounter, click_counters, conversion_counters
from chalicelib.domain.campaign import Campaign, CapScope
from chalicelib.domain.smartlink import Offer, OptimizationGoal, Rotation
from chalicelib.routing.route_codec import JsonObject, compile_route


class NotOptimizable(Exception):  # noqa: N818 - a fact, not a fault
    """Nothing can be learned of the pool; the message is the reason."""


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """A pool that learns. `floor` is the least payout per click to be expected, where its goal heeds one."""

    pool: str
    epoch: int
    goal: OptimizationGoal
    untouched: int
    floor: float | None
    offers: tuple[Offer, ...]


def pool_config(stored: JsonObject, version: int) -> PoolConfig | None:
    """The lesson of a stored route of that version; None for a pool that is paused, or goes by its admin's weights.

    Raises `Unlearnable` where the offers' money cannot be compared.
    """
    route, settings = compile_route(stored, version), stored["pool"]
    if not route.active or route.rotation is not Rotation.OPTIMIZED:
        return None
    goal, floor = OptimizationGoal(settings["goal"]), settings["publisher_epc_floor"]
    currencies = mixed_currencies((offer.campaign.currency for offer in route.offers), goal)
    if currencies:
        message = f"the offers pay in different currencies ({', '.join(currencies)}), which do not compare"
        raise NotOptimizable(message)
    heeded = goal in (OptimizationGoal.PROFIT, OptimizationGoal.REVENUE) and floor is not None
    return PoolConfig(
        pool=route.id,
        epoch=route.epoch,
        goal=goal,
        untouched=settings["untouched_clicks"],
        floor=float(floor) if heeded else None,
        offers=route.offers,
    )


def mixed_currencies(currencies: Iterable[str], goal: OptimizationGoal) -> list[str]:
    """The currencies, in order, where there are several and the goal is to compare money."""
    found = sorted(set(currencies))
    return found if len(found) > 1 and goal.counts_money else []


def cap_counters_by_campaign(offers: Collection[Offer], now: datetime) -> dict[str, tuple[CapCounter, ...]]:
    """The places under caps on everyone's clicks and conversions together, by campaign; those without are left out."""
    found = {offer.campaign.id: _places(offer.campaign, now) for offer in offers}
    return {campaign_id: its_places for campaign_id, its_places in found.items() if its_places}


def _places(campaign: Campaign, now: datetime) -> tuple[CapCounter, ...]:
    everyones = replace(campaign, caps=tuple(cap for cap in campaign.caps if cap.scope is CapScope.CAMPAIGN))
    return (*click_counters(everyones, "", now), *conversion_counters(everyones, "", now))


def is_drawable(offer: Offer, now: datetime) -> bool:
    """Whether the offer may be drawn at all just now, but for its caps."""
    campaign = offer.campaign
    return offer.enabled and offer.weight > 0 and campaign.active and campaign.schedule.is_active_at(now)
