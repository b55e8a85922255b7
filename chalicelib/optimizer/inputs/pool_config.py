"""Configuration of one pool for the optimizer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.caps.windows import CapCounter, click_counters, conversion_counters
from chalicelib.domain.campaign import Campaign, CapScope
from chalicelib.domain.smartlink import Offer, OptimizationGoal, Rotation
from chalicelib.routing.route_codec import JsonObject, compile_route


class NotOptimizable(Exception):  # noqa: N818 - a fact, not a fault
    """The pool cannot be optimized. The message is the reason."""


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """A pool to optimize. `floor` is the minimum expected payout per click, or None if the goal ignores it.

    `factors` are the values of one unit of a campaign's currency in the currency of the configuration, by campaign ID.
    They are empty if all campaigns use one currency.
    """

    pool: str
    epoch: int
    goal: OptimizationGoal
    untouched: int
    floor: float | None
    offers: tuple[Offer, ...]
    factors: Mapping[str, float] = field(default_factory=dict)


def pool_config(stored: JsonObject, version: int) -> PoolConfig | None:
    """Return the configuration in a stored route of that version, or None if the pool is paused or not optimized.

    Amounts are in the currencies of the campaigns.
    """
    route, settings = compile_route(stored, version), stored["pool"]
    if not route.active or route.rotation is not Rotation.OPTIMIZED:
        return None
    goal, floor = OptimizationGoal(settings["goal"]), settings["publisher_epc_floor"]
    has_floor = goal.allows_payout_floor and floor is not None
    return PoolConfig(
        pool=route.id,
        epoch=route.epoch,
        goal=goal,
        untouched=settings["untouched_clicks"],
        floor=float(floor) if has_floor else None,
        offers=route.offers,
    )


def conflicting_currencies(currencies: Iterable[str], goal: OptimizationGoal) -> list[str]:
    """Return the currencies, sorted, if there are several and the goal compares money; else an empty list."""
    distinct = sorted(set(currencies))
    return distinct if len(distinct) > 1 and goal.counts_money else []


def cap_counters_by_campaign(offers: Collection[Offer], now: datetime) -> dict[str, tuple[CapCounter, ...]]:
    """Return the counters of campaign-wide caps by campaign ID, without campaigns that have none."""
    counters = {offer.campaign.id: _cap_counters(offer.campaign, now) for offer in offers}
    return {campaign_id: own for campaign_id, own in counters.items() if own}


def _cap_counters(campaign: Campaign, now: datetime) -> tuple[CapCounter, ...]:
    campaign_wide = replace(campaign, caps=tuple(cap for cap in campaign.caps if cap.scope is CapScope.CAMPAIGN))
    return (*click_counters(campaign_wide, "", now), *conversion_counters(campaign_wide, "", now))


def is_drawable(offer: Offer, now: datetime) -> bool:
    """Return whether the offer can be drawn now, apart from its caps."""
    campaign = offer.campaign
    return offer.enabled and offer.weight > 0 and campaign.active and campaign.schedule.is_active_at(now)
