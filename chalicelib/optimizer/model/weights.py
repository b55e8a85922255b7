"""Statistics to weights: the pure function that the job calls for each pool."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from chalicelib.optimizer.model.allocation import Shares
from chalicelib.optimizer.model.effective_counts import EffectiveCounts, effective_counts
from chalicelib.optimizer.model.exploration import TierOffers, exploration_budget, offer_shares
from chalicelib.optimizer.model.pool_statistics import OfferStats, PoolStatistics
from chalicelib.optimizer.model.posterior import PooledEstimate, Posterior, pool_segments
from chalicelib.optimizer.model.segments import SegmentEvidence, segments_with_fallbacks
from chalicelib.optimizer.model.validation import validate


class Reason(StrEnum):
    """Why an offer has its share."""

    EXPLORING = "exploring"
    LEARNED = "learned"
    ONLY_ONE = "only_one"
    NO_DATA = "no_data"


class OfferShare(NamedTuple):
    """An offer's share of a segment's clicks, with its reason and statistics.

    `value` is the posterior mean value per click, with the 90 % interval from `low` to `high`; `payout` is the expected
    payout per click; `effective_clicks` are clicks weighted by arrival and age; `pending_conversions` are conversions
    still expected from earlier clicks. A named tuple, because a pool has thousands.
    """

    offer: str
    share: float
    value: float
    low: float
    high: float
    payout: float
    effective_clicks: float
    pending_conversions: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class OptimizationResult:
    """The weights by segment, including fallback segments (`US`, `*`); they sum to 1 within each tier.

    `changes` holds, by campaign ID, the hour (since 1970) of the last change of an offer's conversion rate.
    `value_exponent` is 1 if the offers share their money per click, 0 if they share their conversions per click.
    `heterogeneity` is the variance between segments.
    """

    segments: Mapping[str, tuple[OfferShare, ...]]
    changes: Mapping[str, float]
    value_exponent: float
    heterogeneity: float


def compute_weights(stats: PoolStatistics) -> OptimizationResult:
    """Return the weights of a pool. Raise `InvalidCounters` if the counters are impossible."""
    validate(stats)
    counts = effective_counts(stats)
    pooled = pool_segments(counts)
    untouched = exploration_budget(stats)
    context = _Context(stats, counts, pooled, untouched, [_reason(offer, untouched) for offer in stats.offers])
    changed = [(offer.id, index) for offer, index in zip(stats.offers, counts.changes, strict=True) if index]
    segments = segments_with_fallbacks(stats, counts, pooled)
    return OptimizationResult(
        segments={segment.name: _segment_shares(context, segment) for segment in segments},
        changes={offer_id: stats.buckets[index].start for offer_id, index in changed},
        value_exponent=pooled.prior.value_exponent,
        heterogeneity=pooled.heterogeneity,
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What the shares of all segments depend on. `reasons` are those of offers with competitors in their tier."""

    stats: PoolStatistics
    counts: EffectiveCounts
    pooled: PooledEstimate
    untouched: float
    reasons: Sequence[Reason]


def _segment_shares(context: _Context, segment: SegmentEvidence) -> tuple[OfferShare, ...]:
    """Return the share of each eligible offer, in the pool's order."""
    clicks, conversions, posterior = segment.clicks, segment.conversions, context.pooled.posterior
    posteriors = {
        index: posterior(index, clicks.get(index, 0.0), conversions.get(index, 0.0), segment.level)
        for index in sorted(segment.eligible_offers)
    }
    tiers = list(_tiers(context.stats.offers, posteriors))
    shares: Shares = {}
    for tier in tiers:
        shares |= offer_shares(TierOffers(context.stats, context.counts, segment, tier), context.untouched)
    alone = {index for tier in tiers if len(tier) == 1 for index in tier}
    rows = ((index, rate, shares[index]) for index, rate in posteriors.items())
    return tuple(_offer_shares(context, segment, rows, alone))


def _tiers(offers: Sequence[OfferStats], posteriors: Mapping[int, Posterior]) -> Collection[dict[int, Posterior]]:
    """Return the posteriors of each tier."""
    tiers: dict[int, dict[int, Posterior]] = {}
    for index, posterior in posteriors.items():
        tiers.setdefault(offers[index].tier, {})[index] = posterior
    return tiers.values()


def _offer_shares(
    context: _Context, segment: SegmentEvidence, rows: Iterable[tuple[int, Posterior, float]], alone: Collection[int]
) -> Iterator[OfferShare]:
    """Yield a share for each row of index, posterior and share. Offers in `alone` have no competitor."""
    offers, values, payouts = context.stats.offers, context.counts.values, context.counts.payouts
    clicks, pending_clicks = segment.clicks, segment.pending_clicks
    for index, posterior, share in rows:
        mean, value, (low, high) = posterior.mean, values[index], posterior.interval
        low, high = (value * low, value * high) if value >= 0 else (value * high, value * low)
        payout, pending = mean * payouts[index], mean * pending_clicks.get(index, 0.0)
        reason = Reason.ONLY_ONE if index in alone else context.reasons[index]
        # Positional arguments: keywords take twice as long.
        yield OfferShare(
            offers[index].id, share, mean * value, low, high, payout, clicks.get(index, 0.0), pending, reason
        )


def _reason(offer: OfferStats, untouched: float) -> Reason:
    """Return why an offer with competitors has its share."""
    if not offer.total_clicks:
        return Reason.NO_DATA
    return Reason.EXPLORING if offer.total_clicks < untouched else Reason.LEARNED
