from collections.abc import Collection

from chalicelib.optimizer.model.effective_counts import EffectiveCounts
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.segments import SegmentEvidence, segments_with_fallbacks
from tests.optimizer.teaching import (
    GB,
    US,
    a_pooled_estimate,
    effective_counts_of,
    pool_stats,
    with_offer,
    with_segment,
)

DESKTOP = "US|desktop"
CELLS = {US: {0: ([1], [0])}, DESKTOP: {0: ([1], [0])}, GB: {0: ([1], [0])}}
STATS = pool_stats(CELLS)
COUNTS = effective_counts_of(
    [{0: 30.0, 1: 10.0}, {1: 60.0}, {}],
    [{0: 3.0, 1: 1.0}, {1: 2.0}, {}],
    pending_clicks=[{0: 6.0, 1: 5.0}, {1: 4.0}, {}],
)
POOLED = a_pooled_estimate(levels=[1.5, 0.5, 0.75])


def by_name(counts: EffectiveCounts = COUNTS) -> dict[str, SegmentEvidence]:
    return {segment.name: segment for segment in segments_with_fallbacks(STATS, counts, POOLED)}


def test_segments_come_before_their_fallbacks() -> None:
    assert list(by_name()) == [US, DESKTOP, GB, "US", "*", "GB"]


def test_segment_has_its_own_evidence() -> None:
    assert by_name()[US] == SegmentEvidence(
        US, 1.5, 10.0, {0: 30.0, 1: 10.0}, {0: 3.0, 1: 1.0}, {0: 6.0, 1: 5.0}, frozenset({0, 1})
    )


def test_country_combines_its_segments_at_their_mean_level_by_clicks() -> None:
    assert by_name()["US"] == SegmentEvidence(
        "US", 0.9, 20.0, {0: 30.0, 1: 70.0}, {0: 3.0, 1: 3.0}, {0: 6.0, 1: 9.0}, frozenset({0, 1})
    )


def test_everyone_combines_all_segments() -> None:
    everyone = by_name()["*"]
    assert (everyone.level, everyone.forecast_clicks, everyone.clicks) == (0.9, 30, {0: 30, 1: 70})


def test_fallback_without_clicks_has_level_1() -> None:
    assert by_name()["GB"].level == 1
    assert by_name()[GB].level == 0.75


def test_segment_of_everyone_has_no_fallback() -> None:
    stats = pool_stats({"*": {}})
    assert [
        segment.name for segment in segments_with_fallbacks(stats, effective_counts_of([{}], [{}]), a_pooled_estimate())
    ] == ["*"]


def test_country_falls_back_to_everyone() -> None:
    stats = pool_stats({"US": {}})
    assert [
        segment.name for segment in segments_with_fallbacks(stats, effective_counts_of([{}], [{}]), a_pooled_estimate())
    ] == ["US", "*"]


def eligible_offers(stats: PoolStatistics) -> dict[str, Collection[int]]:
    segments = segments_with_fallbacks(stats, COUNTS, POOLED)
    return {segment.name: segment.eligible_offers for segment in segments}


def test_live_offers_are_eligible_in_their_segments_and_fallbacks() -> None:
    stats = with_segment(with_segment(STATS, 0, eligible_offers=[0]), 1, eligible_offers=[])
    offers = eligible_offers(stats)
    assert offers == {US: {0}, DESKTOP: set(), GB: {0, 1}, "US": {0}, "*": {0, 1}, "GB": {0, 1}}
    offers = eligible_offers(with_offer(stats, 0, is_live=False))
    assert offers == {US: set(), DESKTOP: set(), GB: {1}, "US": set(), "*": {1}, "GB": {1}}
