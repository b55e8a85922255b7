"""Counters to weights: the one function that the job calls for each pool. No clock, dice or table inside."""

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
    """What an offer gets of a segment's clicks, and why.

    `value` is the posterior mean value per click between `low` and `high` (90 %), `payout` the payout per click to be
    expected, `effective` the clicks as far as they count, `pending` the conversions still expected of clicks made.
    A named tuple, as a pool has thousands.
    """

    offer: str
    share: float
    value: float
    low: float
    high: float
    payout: float
    effective: float
    pending: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class OptimizationResult:
    """The weights by segment, those backed off to (`US`, `*`) among them; they sum to 1 within each tier.

    `changes` are the hours (since 1970) of the last change of an offer's rate, by its ID. `likeness` is how much of
    what offers have in common is money per click (1) rather than conversions per click (0), `spread` the variance
    between segments.
    """

    segments: Mapping[str, tuple[OfferShare, ...]]
    changes: Mapping[str, float]
    likeness: float
    spread: float


def compute_weights(stats: PoolStatistics) -> OptimizationResult:
    """The weights of a pool. Raises `BrokenCounters` for what cannot have been counted."""
    validate(stats)
    found = effective_counts(stats)
    known = pool_segments(found)
    untouched = exploration_budget(stats)
    lesson = _Context(stats, found, known, untouched, [_reason(offer, untouched) for offer in stats.offers])
    changed = [(offer.id, place) for offer, place in zip(stats.offers, found.changes, strict=True) if place]
    return OptimizationResult(
        segments={each.name: _segment(lesson, each) for each in segments_with_fallbacks(stats, found, known)},
        changes={offer_id: stats.buckets[place].start for offer_id, place in changed},
        likeness=known.prior.likeness,
        spread=known.spread,
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """All that the shares of a segment are made from. `reasons` are those of offers that have rivals."""

    stats: PoolStatistics
    found: EffectiveCounts
    known: PooledEstimate
    untouched: float
    reasons: Sequence[Reason]


def _segment(lesson: _Context, audience: SegmentEvidence) -> tuple[OfferShare, ...]:
    """What each offer gets of the audience's clicks, in the pool's order."""
    clicks, conversions, posterior = audience.clicks, audience.conversions, lesson.known.posterior
    posteriors = {
        place: posterior(place, clicks.get(place, 0.0), conversions.get(place, 0.0), audience.level)
        for place in sorted(audience.open)
    }
    tiers = list(_tiers(lesson.stats.offers, posteriors))
    given: Shares = {}
    for its in tiers:
        given |= offer_shares(TierOffers(lesson.stats, lesson.found, audience, its), lesson.untouched)
    alone = {place for its in tiers if len(its) == 1 for place in its}
    rows = ((place, known, given[place]) for place, known in posteriors.items())
    return tuple(_shares(lesson, audience, rows, alone))


def _tiers(offers: Sequence[OfferStats], posteriors: Mapping[int, Posterior]) -> Collection[dict[int, Posterior]]:
    """Those of each tier."""
    found: dict[int, dict[int, Posterior]] = {}
    for place, each in posteriors.items():
        found.setdefault(offers[place].tier, {})[place] = each
    return found.values()


def _shares(
    lesson: _Context, audience: SegmentEvidence, rows: Iterable[tuple[int, Posterior, float]], alone: Collection[int]
) -> Iterator[OfferShare]:
    """By place, posterior and share of the offers. `alone` are those without a rival."""
    offers, values, payouts = lesson.stats.offers, lesson.found.values, lesson.found.payouts
    clicks, waiting = audience.clicks, audience.waiting
    for place, known, share in rows:
        mean, value, (low, high) = known.mean, values[place], known.interval
        low, high = (value * low, value * high) if value >= 0 else (value * high, value * low)
        payout, pending = mean * payouts[place], mean * waiting.get(place, 0.0)
        reason = Reason.ONLY_ONE if place in alone else lesson.reasons[place]
        # In the order of its fields: to name them takes twice as long.
        yield OfferShare(
            offers[place].id, share, mean * value, low, high, payout, clicks.get(place, 0.0), pending, reason
        )


def _reason(offer: OfferStats, untouched: float) -> Reason:
    """Why an offer that has rivals has its share."""
    if not offer.seen:
        return Reason.NO_DATA
    return Reason.EXPLORING if offer.seen < untouched else Reason.LEARNED
