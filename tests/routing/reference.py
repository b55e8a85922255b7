"""The decision once more, by the words of the design and without a thought for speed: what the lean one must equal."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from chalicelib.domain.campaign import Schedule
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess, Rotation
from chalicelib.routing.decision import Decision, Reserve
from chalicelib.routing.eligibility import ClickContext, IsApproved

Reasons = list[RejectionReason | None]


def decide(route: Route, arrival: ClickContext, approved: IsApproved, reserve: Reserve) -> Decision:
    """Where the click goes and why."""
    if not route.active:
        return Decision(Outcome.PAUSED, None, route.fallback_url)
    arm, segment, learned = _weighing(route, arrival)
    reasons: Reasons = [
        _reason(offer, arrival, _is_admitted(offer, route, arrival, approved)) for offer in route.offers
    ]
    draw = arrival.draw
    while True:
        tier = _tier(route, reasons)
        if not tier:
            return _below(route, arrival, reasons, reserve)._replace(arm=arm, segment=segment)
        weights = _weights(route, tier, learned)
        place, draw = _drawn(tier, weights, draw)
        offer = route.offers[place]
        reasons[place] = reserve(offer.campaign)
        if reasons[place] is None:
            break
    for n, each in enumerate(route.offers):
        if reasons[n] is None and each.priority < offer.priority:
            reasons[n] = RejectionReason.LOWER_TIER
    propensity = weights[tier.index(place)] / sum(weights)
    url = offer.campaign.destination_url
    return Decision(Outcome.OFFER, offer.campaign, url, tuple(reasons), arm, propensity, None, segment)


def _weighing(route: Route, arrival: ClickContext) -> tuple[ExperimentArm, str | None, Mapping[str, float] | None]:
    if route.rotation is Rotation.WEIGHTED or route.learned is None:
        return ExperimentArm.WEIGHTED, None, None
    if arrival.arm_draw < route.holdout_percent / 100:
        return ExperimentArm.HOLDOUT, None, None
    country = arrival.visitor.country or "?"
    for segment in (f"{country}|{arrival.visitor.device.value}", country, "*"):
        if segment in route.learned.segments:
            return ExperimentArm.OPTIMIZED, segment, route.learned.segments[segment]
    return ExperimentArm.OPTIMIZED, None, None


def _is_admitted(offer: Offer, route: Route, arrival: ClickContext, approved: IsApproved) -> bool:
    return arrival.link.publisher_active and (route.access is OfferAccess.GRANT or approved(offer.campaign.id))


def _reason(offer: Offer, arrival: ClickContext, is_admitted: bool) -> RejectionReason | None:
    """The first refusal, in the order of the design's section 5."""
    visitor, rules = arrival.visitor, offer.targeting
    checks = [
        (RejectionReason.DISABLED, offer.enabled),
        (RejectionReason.CAMPAIGN_PAUSED, offer.campaign.active),
        (RejectionReason.SCHEDULE, _runs(offer.campaign.schedule, arrival)),
        (RejectionReason.NOT_APPROVED, is_admitted),
        (RejectionReason.COUNTRY, _wanted(rules.countries, rules.exclude_countries, visitor.country)),
        (RejectionReason.REGION, _wanted(rules.regions, frozenset(), visitor.region)),
        (RejectionReason.DEVICE, _wanted(rules.devices, frozenset(), visitor.device)),
        (RejectionReason.OS, _wanted(rules.os, frozenset(), visitor.os)),
        (RejectionReason.BROWSER, _wanted(rules.browsers, frozenset(), visitor.browser)),
        (RejectionReason.LANGUAGE, _wanted(rules.languages, frozenset(), visitor.language)),
        (RejectionReason.SOURCE, _wanted(rules.sources, rules.exclude_sources, arrival.parameters.source)),
        (RejectionReason.BOT, not (rules.exclude_bots and visitor.is_bot)),
    ]
    return next((refusal for refusal, suits in checks if not suits), None)


def _wanted(included: frozenset[str] | None, excluded: frozenset[str], value: str | None) -> bool:
    if value is None:
        return included is None
    return (included is None or value in included) and value not in excluded


def _runs(schedule: Schedule, arrival: ClickContext) -> bool:
    local = arrival.now.astimezone(ZoneInfo(schedule.timezone))
    return (
        (schedule.starts_at is None or arrival.now >= schedule.starts_at)
        and (schedule.ends_at is None or arrival.now < schedule.ends_at)
        and (not schedule.hours or local.hour in schedule.hours)
        and (not schedule.weekdays or local.isoweekday() in schedule.weekdays)
    )


def _tier(route: Route, reasons: Reasons) -> list[int]:
    """The places of the highest priority at which an offer of some weight may take the click."""
    able = [n for n, offer in enumerate(route.offers) if reasons[n] is None and offer.weight]
    return [n for n in able if route.offers[n].priority == max(route.offers[m].priority for m in able)]


def _weights(route: Route, tier: list[int], learned: Mapping[str, float] | None) -> list[float]:
    admins: list[float] = [route.offers[n].weight for n in tier]
    if learned is None:
        return admins
    priority = route.offers[tier[0]].priority
    known = [each for each in route.offers if each.priority == priority and each.campaign.id in learned]
    found = [learned.get(route.offers[n].campaign.id, 1 / max(1, len(known))) for n in tier]
    return found if any(found) else admins


def _drawn(tier: list[int], weights: list[float], draw: float) -> tuple[int, float]:
    """The place whose interval the draw falls into, and where in the interval it does."""
    intervals, begin = [], 0.0
    for place, weight in zip(tier, weights, strict=True):
        if weight:
            intervals.append((place, begin, weight))
            begin += weight
    point = draw * sum(weights)
    place, begin, weight = next((each for each in intervals if point < each[1] + each[2]), intervals[-1])
    return place, min((point - begin) / weight, 1 - 2**-53)


def _below(route: Route, arrival: ClickContext, reasons: Reasons, reserve: Reserve) -> Decision:
    kept, refused, is_paid = tuple(reasons), None, arrival.link.publisher_active
    if route.catch_all and is_paid:
        last = route.catch_all.campaign
        refused = _reason(route.catch_all, arrival, is_admitted=True) or reserve(last)
        if refused is None:
            return Decision(Outcome.CATCH_ALL, last, last.destination_url, kept)
    if route.fail_url and is_paid:
        return Decision(Outcome.FAIL_URL, None, route.fail_url, kept, catch_all_refused=refused)
    outcome = Outcome.FALLBACK if route.fallback_url else Outcome.NO_OFFER
    return Decision(outcome, None, route.fallback_url, kept, catch_all_refused=refused)
