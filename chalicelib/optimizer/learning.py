"""Counters to weights: the one function that the job calls for each pool. No clock, dice or table inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.optimizer.allocation import Shares
from chalicelib.optimizer.audiences import Audience, audiences
from chalicelib.optimizer.checks import check
from chalicelib.optimizer.evidence import Evidence, evidence
from chalicelib.optimizer.posterior import Pooled, Posterior, pooled
from chalicelib.optimizer.sharing import Rivals, budget, shares
from chalicelib.optimizer.stats import Stats


class Reason(StrEnum):
    """Why an offer has its share."""

    EXPLORING = "exploring"
    LEARNED = "learned"
    ONLY_ONE = "only_one"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Share:
    """What an offer gets of a segment's clicks, and why.

    `value` is the posterior mean value per click between `low` and `high` (90 %), `payout` the payout per click to be
    expected, `effective` the clicks as far as they count, `pending` the conversions still expected of clicks made.
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
class Learning:
    """The weights by segment, those backed off to (`US`, `*`) among them; they sum to 1 within each tier.

    `changes` are the hours (since 1970) of the last change of an offer's rate, by its ID. `likeness` is how much of
    what offers have in common is money per click (1) rather than conversions per click (0), `spread` the variance
    between segments.
    """

    segments: Mapping[str, tuple[Share, ...]]
    changes: Mapping[str, float]
    likeness: float
    spread: float


def learn(stats: Stats) -> Learning:
    """The weights of a pool. Raises `BrokenCounters` for what cannot have been counted."""
    check(stats)
    found = evidence(stats)
    known = pooled(found)
    lesson = _Lesson(stats, found, known, budget(stats))
    changed = [(offer.id, place) for offer, place in zip(stats.offers, found.changes, strict=True) if place]
    return Learning(
        segments={each.name: _segment(lesson, each) for each in audiences(stats, found, known)},
        changes={offer_id: stats.buckets[place].start for offer_id, place in changed},
        likeness=known.prior.likeness,
        spread=known.spread,
    )


@dataclass(frozen=True, slots=True)
class _Lesson:
    """All that the shares of a segment are made from."""

    stats: Stats
    found: Evidence
    known: Pooled
    untouched: float


def _segment(lesson: _Lesson, audience: Audience) -> tuple[Share, ...]:
    """What each offer gets of the audience's clicks, in the pool's order."""
    offers = lesson.stats.offers
    posteriors = {
        place: lesson.known.posterior(
            place, audience.clicks.get(place, 0.0), audience.conversions.get(place, 0.0), audience.level
        )
        for place in sorted(audience.open)
    }
    given: Shares = {}
    for tier in {offers[place].tier for place in posteriors}:
        its = {place: each for place, each in posteriors.items() if offers[place].tier == tier}
        given |= shares(Rivals(lesson.stats, lesson.found, audience, its), lesson.untouched)
    return tuple(_share(lesson, audience, place, known, given[place]) for place, known in posteriors.items())


def _share(lesson: _Lesson, audience: Audience, place: int, known: Posterior, share: float) -> Share:
    value = lesson.found.values[place]
    low, high = sorted(value * end for end in known.interval)
    return Share(
        offer=lesson.stats.offers[place].id,
        share=share,
        value=known.mean * value,
        low=low,
        high=high,
        payout=known.mean * lesson.found.payouts[place],
        effective=audience.clicks.get(place, 0.0),
        pending=known.mean * audience.waiting.get(place, 0.0),
        reason=_reason(lesson, audience, place),
    )


def _reason(lesson: _Lesson, audience: Audience, place: int) -> Reason:
    offers = lesson.stats.offers
    if not any(offers[each].tier == offers[place].tier for each in audience.open if each != place):
        return Reason.ONLY_ONE
    if not offers[place].seen:
        return Reason.NO_DATA
    return Reason.EXPLORING if offers[place].seen < lesson.untouched else Reason.LEARNED
