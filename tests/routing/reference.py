"""A simple and slow implementation of the decision: the optimized one must return the same."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from chalicelib.domain import os_versions
from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Visitor
from chalicelib.routing.decision import Decision, Reserve
from chalicelib.routing.eligibility import ClickContext, IsApproved

Rejections = list[RejectionReason | None]


def decide(route: Route, context: ClickContext, is_approved: IsApproved, reserve: Reserve) -> Decision:
    """Return the decision about a click."""
    if not route.active:
        return Decision(Outcome.PAUSED, None, route.fallback_url)
    arm, segment, learned = _weight_selection(route, context)
    rejections: Rejections = [
        _rejection(offer, context, _is_offer_approved(offer, route, context, is_approved)) for offer in route.offers
    ]
    draw = context.draw
    while True:
        tier = _tier(route, rejections)
        if not tier:
            return _fallback(route, context, rejections, reserve)._replace(arm=arm, segment=segment)
        weights = _weights(route, tier, learned)
        position, draw = _draw(tier, weights, draw)
        offer = route.offers[position]
        rejections[position] = reserve(offer.campaign)
        if rejections[position] is None:
            break
    for n, each in enumerate(route.offers):
        if rejections[n] is None and each.priority < offer.priority:
            rejections[n] = RejectionReason.LOWER_TIER
    propensity = weights[tier.index(position)] / sum(weights)
    url = offer.campaign.destination_url
    return Decision(Outcome.OFFER, offer.campaign, url, tuple(rejections), arm, propensity, None, segment)


def _weight_selection(
    route: Route, context: ClickContext
) -> tuple[ExperimentArm, str | None, Mapping[str, float] | None]:
    if route.rotation is Rotation.WEIGHTED or route.learned is None:
        return ExperimentArm.WEIGHTED, None, None
    if context.arm_draw < route.holdout_percent / 100:
        return ExperimentArm.HOLDOUT, None, None
    country = context.visitor.country or "?"
    for segment in (f"{country}|{context.visitor.device.value}", country, "*"):
        if segment in route.learned.segments:
            return ExperimentArm.OPTIMIZED, segment, route.learned.segments[segment]
    return ExperimentArm.OPTIMIZED, None, None


def _is_offer_approved(offer: Offer, route: Route, context: ClickContext, is_approved: IsApproved) -> bool:
    return context.link.publisher_active and (route.access is OfferAccess.GRANT or is_approved(offer.campaign.id))


def _rejection(offer: Offer, context: ClickContext, has_approval: bool) -> RejectionReason | None:
    """Return the first rejection in the order of the checks."""
    visitor, rules = context.visitor, offer.targeting
    checks = [
        (RejectionReason.DISABLED, offer.enabled),
        (RejectionReason.CAMPAIGN_PAUSED, offer.campaign.active),
        (RejectionReason.SCHEDULE, _is_active(offer.campaign.schedule, context)),
        (RejectionReason.NOT_APPROVED, has_approval),
        (RejectionReason.COUNTRY, _accepts(rules.countries, rules.exclude_countries, visitor.country)),
        (RejectionReason.REGION, rules.regions is None or any(each in rules.regions for each in visitor.region_levels)),
        (RejectionReason.CITY, _accepts(rules.cities, frozenset(), visitor.place)),
        (RejectionReason.NETWORK, _accepts_network(rules, visitor)),
        (RejectionReason.CONNECTION, _accepts(rules.connections, frozenset(), visitor.connection)),
        (RejectionReason.DEVICE, _accepts(rules.devices, frozenset(), visitor.device)),
        (RejectionReason.OS, _accepts(rules.os, frozenset(), visitor.os)),
        (RejectionReason.OS_VERSION, os_versions.accepts(rules.os_versions, visitor.os, visitor.os_version)),
        (RejectionReason.BROWSER, _accepts(rules.browsers, frozenset(), visitor.browser)),
        (RejectionReason.LANGUAGE, _accepts(rules.languages, frozenset(), visitor.language)),
        (RejectionReason.SOURCE, _accepts(rules.sources, rules.exclude_sources, context.parameters.source)),
        (RejectionReason.SUB_ID, all(_has_sub_id(rule, context) for rule in rules.sub_ids)),
        (RejectionReason.BOT, not (rules.exclude_bots and visitor.is_bot)),
        (RejectionReason.HOSTING, not (rules.exclude_hosting and visitor.connection == "hosting")),
    ]
    return next((reason for reason, passes in checks if not passes), None)


def _accepts(included: frozenset[str] | None, excluded: frozenset[str], value: str | None) -> bool:
    if value is None:
        return included is None
    return (included is None or value in included) and value not in excluded


def _accepts_network(rules: Targeting, visitor: Visitor) -> bool:
    own = {name.lower() for name in (visitor.network, visitor.isp) if name}
    return not own & rules.exclude_networks and all(own & wanted for wanted in rules.networks)


def _has_sub_id(rule: tuple[str, frozenset[str]], context: ClickContext) -> bool:
    value = context.parameters.sub_ids.get(rule[0])
    return value is not None and any(
        re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.DOTALL) for pattern in rule[1]
    )


def _is_active(schedule: Schedule, context: ClickContext) -> bool:
    local = context.now.astimezone(ZoneInfo(schedule.timezone))
    return (
        (schedule.starts_at is None or context.now >= schedule.starts_at)
        and (schedule.ends_at is None or context.now < schedule.ends_at)
        and (not schedule.hours or local.hour in schedule.hours)
        and (not schedule.weekdays or local.isoweekday() in schedule.weekdays)
    )


def _tier(route: Route, rejections: Rejections) -> list[int]:
    """Return the positions of the eligible offers of the highest priority that have a weight."""
    drawable = [n for n, offer in enumerate(route.offers) if rejections[n] is None and offer.weight]
    return [n for n in drawable if route.offers[n].priority == max(route.offers[m].priority for m in drawable)]


def _weights(route: Route, tier: list[int], learned: Mapping[str, float] | None) -> list[float]:
    configured: list[float] = [route.offers[n].weight for n in tier]
    if learned is None:
        return configured
    priority = route.offers[tier[0]].priority
    learned_offers = [each for each in route.offers if each.priority == priority and each.campaign.id in learned]
    weights = [learned.get(route.offers[n].campaign.id, 1 / max(1, len(learned_offers))) for n in tier]
    return weights if any(weights) else configured


def _draw(tier: list[int], weights: list[float], draw: float) -> tuple[int, float]:
    """Return the position whose interval contains the draw, and the place of the draw within the interval."""
    intervals, start = [], 0.0
    for position, weight in zip(tier, weights, strict=True):
        if weight:
            intervals.append((position, start, weight))
            start += weight
    point = draw * sum(weights)
    position, start, weight = next((each for each in intervals if point < each[1] + each[2]), intervals[-1])
    return position, min((point - start) / weight, 1 - 2**-53)


def _fallback(route: Route, context: ClickContext, rejections: Rejections, reserve: Reserve) -> Decision:
    of_offers, rejection, is_paying = tuple(rejections), None, context.link.publisher_active
    if route.catch_all and is_paying:
        campaign = route.catch_all.campaign
        rejection = _rejection(route.catch_all, context, has_approval=True) or reserve(campaign)
        if rejection is None:
            return Decision(Outcome.CATCH_ALL, campaign, campaign.destination_url, of_offers)
    if route.fail_url and is_paying:
        return Decision(Outcome.FAIL_URL, None, route.fail_url, of_offers, catch_all_rejection=rejection)
    outcome = Outcome.FALLBACK if route.fallback_url else Outcome.NO_OFFER
    return Decision(outcome, None, route.fallback_url, of_offers, catch_all_rejection=rejection)
