"""Shares of a segment's clicks: untouched offers first, then by posterior, with a minimum for every offer."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.optimizer.model import allocation
from chalicelib.optimizer.model.allocation import Candidate, Shares
from chalicelib.optimizer.model.effective_counts import EffectiveCounts
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.posterior import Posterior
from chalicelib.optimizer.model.segments import SegmentEvidence

FLOOR_CLICKS = 2.0
"""Clicks per day and segment that every offer gets, whatever its results, so that a recovery is noticed."""

MAX_FLOOR_SHARE = 0.05
"""Maximum share of a segment for the floor clicks of all its offers."""

MAX_UNTOUCHED_SHARE = 0.05
"""Maximum share of the pool's clicks, including the next three days, for the untouched clicks of all offers.

With little traffic, exploration would take all of it."""

_UNTOUCHED_HOURS = 72.0


@dataclass(frozen=True, slots=True)
class TierOffers:
    """Offers of one tier that may take a segment's clicks, with the posteriors of their rates by index."""

    stats: PoolStatistics
    counts: EffectiveCounts
    segment: SegmentEvidence
    posteriors: Mapping[int, Posterior]


def exploration_budget(stats: PoolStatistics) -> float:
    """Return the untouched clicks of each offer: the setting, or fewer if there is little traffic."""
    forecast = sum(segment.forecast_clicks for segment in stats.segments) * _UNTOUCHED_HOURS / stats.hours_until_next
    seen = sum(offer.total_clicks for offer in stats.offers)
    return min(stats.untouched_clicks, MAX_UNTOUCHED_SHARE * (seen + forecast) / max(len(stats.offers), 1))


def offer_shares(tier: TierOffers, untouched_clicks: float) -> Shares:
    """Return the shares of the tier's offers, which sum to 1.

    An offer below its untouched clicks gets an equal share (1 / number of offers). The others divide the rest by their
    posteriors. An offer whose conversions are worth nothing gets nothing while another one's are worth something.
    """
    posteriors, values = tier.posteriors, tier.counts.values
    earning = [index for index in posteriors if values[index] > 0] or list(posteriors)
    untouched = [index for index in earning if tier.stats.offers[index].total_clicks < untouched_clicks]
    if len(untouched) < len(earning):
        allocated = _shares_by_posterior(tier, untouched)
    else:
        allocated = allocation.equal_shares(untouched)
    minimum = dict.fromkeys(earning, _floor_share(tier))
    shares = allocation.with_minimum({index: allocated.get(index, 0.0) for index in posteriors}, minimum)
    if tier.stats.payout_floor is None:
        return shares
    payouts = {index: posterior.mean * tier.counts.payouts[index] for index, posterior in posteriors.items()}
    return allocation.meet_payout_floor(shares, payouts, tier.stats.payout_floor)


def _shares_by_posterior(tier: TierOffers, untouched: list[int]) -> Shares:
    """Return equal shares for the untouched offers, and the rest divided by IMED among the others."""
    segment, values = tier.segment, tier.counts.values
    equal = 1 / len(tier.posteriors)
    rest = 1 - equal * len(untouched)
    candidates = {
        index: Candidate(posterior.mean * values[index], posterior.shape, segment.clicks.get(index, 0.0))
        for index, posterior in tier.posteriors.items()
        if index not in untouched
    }
    learned = allocation.allocate(candidates, segment.forecast_clicks * rest)
    return dict.fromkeys(untouched, equal) | {index: rest * share for index, share in learned.items()}


def _floor_share(tier: TierOffers) -> float:
    """Return the minimum share of every offer."""
    daily_clicks = tier.segment.forecast_clicks * 24 / tier.stats.hours_until_next
    maximum = MAX_FLOOR_SHARE / len(tier.posteriors)
    return min(FLOOR_CLICKS / daily_clicks, maximum) if daily_clicks else maximum
