"""Who gets how much of an audience's clicks: untouched offers first, then by what is known, with a trickle for all."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.optimizer.model import allocation
from chalicelib.optimizer.model.allocation import Candidate, Shares
from chalicelib.optimizer.model.effective_counts import EffectiveCounts
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.posterior import Posterior
from chalicelib.optimizer.model.segments import SegmentEvidence

FLOOR_CLICKS = 2.0
"""Clicks per day and segment that every offer gets, whatever is known of it, so that a recovery is seen."""

FLOOR_SHARE = 0.05
"""All of these clicks together are at most so much of a segment."""

UNTOUCHED_SHARE = 0.05
"""The untouched clicks of all offers are at most so much of the pool's clicks, those of the next three days included:
where few clicks come, trying everything out would take them all."""

_UNTOUCHED_HOURS = 72.0


@dataclass(frozen=True, slots=True)
class TierOffers:
    """The offers of one tier that may take an audience's clicks: their posterior rates by place."""

    stats: PoolStatistics
    found: EffectiveCounts
    audience: SegmentEvidence
    posteriors: Mapping[int, Posterior]


def exploration_budget(stats: PoolStatistics) -> float:
    """The untouched clicks of each offer: the setting, or fewer where few clicks come."""
    coming = sum(segment.forecast_clicks for segment in stats.segments) * _UNTOUCHED_HOURS / stats.until_next
    seen = sum(offer.seen for offer in stats.offers)
    return min(stats.untouched, UNTOUCHED_SHARE * (seen + coming) / max(len(stats.offers), 1))


def offer_shares(rivals: TierOffers, untouched_clicks: float) -> Shares:
    """The shares of the rivals, which sum to 1.

    An offer below its untouched clicks gets its head-count share, the others share the rest by what is known of them.
    What earns nothing per conversion gets nothing while something else does.
    """
    places, values = rivals.posteriors, rivals.found.values
    earning = [place for place in places if values[place] > 0] or list(places)
    untouched = [place for place in earning if rivals.stats.offers[place].seen < untouched_clicks]
    given = _judged(rivals, untouched) if len(untouched) < len(earning) else allocation.evenly(untouched)
    least = dict.fromkeys(earning, _least(rivals))
    found = allocation.floored({place: given.get(place, 0.0) for place in places}, least)
    if rivals.stats.floor is None:
        return found
    payouts = {place: each.mean * rivals.found.payouts[place] for place, each in places.items()}
    return allocation.paying(found, payouts, rivals.stats.floor)


def _judged(rivals: TierOffers, untouched: list[int]) -> Shares:
    audience, values = rivals.audience, rivals.found.values
    head = 1 / len(rivals.posteriors)
    left = 1 - head * len(untouched)
    candidates = {
        place: Candidate(each.mean * values[place], each.shape, audience.clicks.get(place, 0.0))
        for place, each in rivals.posteriors.items()
        if place not in untouched
    }
    learned = allocation.shares(candidates, audience.expected * left)
    return dict.fromkeys(untouched, head) | {place: left * share for place, share in learned.items()}


def _least(rivals: TierOffers) -> float:
    """The share that every offer gets at least."""
    daily = rivals.audience.expected * 24 / rivals.stats.until_next
    most = FLOOR_SHARE / len(rivals.posteriors)
    return min(FLOOR_CLICKS / daily, most) if daily else most
