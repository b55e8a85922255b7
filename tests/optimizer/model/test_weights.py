from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.optimizer.model.conversion_delay import UNIFORM, mix_profiles
from chalicelib.optimizer.model.effective_counts import EffectiveCounts, effective_counts
from chalicelib.optimizer.model.exploration import TierOffers, exploration_budget, offer_shares
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics, Series
from chalicelib.optimizer.model.posterior import PooledEstimate, pool_segments
from chalicelib.optimizer.model.segments import segments_with_fallbacks
from chalicelib.optimizer.model.weights import OptimizationResult, Reason, compute_weights
from tests.optimizer.days import RECOVERED, STOPPED, simulate
from tests.optimizer.teaching import (
    GB,
    NOW,
    US,
    compute_share,
    compute_shares,
    hourly_buckets,
    pool_stats,
    shares_in,
    with_offer,
    with_segment,
)
from tests.strategies import pools_to_learn

OLD = [Bucket(NOW - 674, NOW - 670)]
"""Four weeks ago: all conversions have arrived, and clicks have a quarter of their weight."""

FLOOR = 2 / 2880
"""Two clicks per day, with a forecast of ten in five minutes."""


def one_segment(*counts: tuple[float, float], **changes: Any) -> PoolStatistics:
    """Return offers with these clicks and conversions, all of which have arrived."""
    values = changes.pop("values", [1.0] * len(counts))
    cells = {US: {index: ([clicks], [converted]) for index, (clicks, converted) in enumerate(counts)}}
    return pool_stats(cells, **{"buckets": OLD, "values": values, **changes})


def test_all_zero_data_gives_equal_shares() -> None:
    assert list(compute_shares(one_segment(*[(0, 0)] * 5)).values()) == pytest.approx([0.2] * 5)
    nothing = pool_stats({"*": {}}, values=[1.0, 9.0, 3.0, 2.0])
    assert list(compute_shares(nothing, "*").values()) == pytest.approx([0.25] * 4)


def test_single_offer_gets_all_clicks() -> None:
    assert compute_shares(one_segment((100, 3))) == {"cmp_0": 1}
    assert compute_shares(one_segment((100, 0), values=[-1.0])) == {"cmp_0": 1}
    assert compute_share(one_segment((100, 3))).reason is Reason.ONLY_ONE


def test_best_offer_gets_all_but_the_floor() -> None:
    assert compute_shares(one_segment((40_000, 400), (40_000, 800))) == pytest.approx(
        {"cmp_0": FLOOR, "cmp_1": 1 - FLOOR}
    )


def test_value_per_click_decides_and_not_conversions() -> None:
    result = compute_shares(one_segment((40_000, 400), (40_000, 800), values=[5.0, 1.0]))
    assert result == pytest.approx({"cmp_0": 1 - FLOOR, "cmp_1": FLOOR})


def test_offer_with_a_loss_gets_at_most_the_floor_next_to_a_better_one() -> None:
    stats = one_segment((4000, 160), (4000, 8), values=[-1.0, 0.8])
    assert compute_shares(stats)["cmp_0"] <= FLOOR
    assert compute_shares(with_offer(stats, 1, is_live=False)) == {"cmp_0": 1}


def test_smallest_loss_gets_the_clicks_if_all_offers_lose() -> None:
    assert compute_shares(one_segment((40_000, 800), (40_000, 400), values=[-1.0, -1.0]))["cmp_1"] > 0.99


def test_each_segment_has_its_own_best_offer() -> None:
    worse, better = ([40_000.0], [400.0]), ([40_000.0], [1200.0])
    result = compute_weights(pool_stats({US: {0: better, 1: worse}, GB: {0: worse, 1: better}}, buckets=OLD))
    assert shares_in(result, US)["cmp_0"] > 0.99
    assert shares_in(result, GB)["cmp_1"] > 0.99
    assert result.heterogeneity > 0.1


def test_segment_without_clicks_uses_the_evidence_of_the_others() -> None:
    rows = {0: ([40_000.0], [400.0]), 1: ([40_000.0], [1200.0])}
    assert compute_shares(pool_stats({US: rows, GB: {}}, buckets=OLD), GB)["cmp_1"] > 0.5


def test_countries_and_everyone_have_fallback_weights() -> None:
    result = compute_weights(pool_stats({US: {}, "US|desktop": {}, GB: {}}))
    assert list(result.segments) == [US, "US|desktop", GB, "US", "*", "GB"]


def test_weights_sum_to_1_within_each_tier() -> None:
    counts = [(40_000, 400), (40_000, 800), (40_000, 100), (0, 0)]
    stats = with_offer(with_offer(one_segment(*counts), 2, tier=1), 3, tier=1)
    result = compute_shares(stats)
    assert result["cmp_0"] + result["cmp_1"] == pytest.approx(1)
    assert result["cmp_2"] + result["cmp_3"] == pytest.approx(1)
    assert result["cmp_3"] == pytest.approx(0.5)


def test_offer_alone_in_its_tier_has_the_reason_only_one() -> None:
    stats = with_offer(one_segment((4000, 40), (4000, 80), (4000, 10)), 2, tier=1)
    assert (compute_share(stats, 2).share, compute_share(stats, 2).reason) == (1, Reason.ONLY_ONE)
    assert compute_share(stats, 1).reason is Reason.LEARNED


def test_only_eligible_live_offers_have_weights() -> None:
    stats = with_segment(with_offer(one_segment(*[(100, 2)] * 4), 2, is_live=False), eligible_offers=[3, 2, 1])
    assert list(compute_shares(stats)) == ["cmp_1", "cmp_3"]
    assert compute_weights(with_segment(stats, eligible_offers=[])).segments[US] == ()


def test_reason_depends_on_the_clicks_of_an_offer() -> None:
    result = compute_weights(one_segment((4000, 40), (49, 2), (0, 0), (50, 0))).segments[US]
    assert [each.reason for each in result] == [Reason.LEARNED, Reason.EXPLORING, Reason.NO_DATA, Reason.LEARNED]


def test_untouched_offer_gets_an_equal_share() -> None:
    result = compute_shares(one_segment((40_000, 400), (40_000, 800), (40_000, 100), (0, 0)))
    assert result["cmp_3"] == pytest.approx(1 / 4)
    assert result["cmp_1"] == pytest.approx(3 / 4, abs=0.01)


def test_share_has_its_statistics() -> None:
    """Weighted by age: 10,000 clicks, and 200 conversions with value 2 and payout 1."""
    stats = with_offer(one_segment((40_000, 800), (40_000, 400), values=[2.0, 1.0]), 0, payout=1.0, payouts=[800.0])
    result = compute_share(stats)
    assert result.effective_clicks == pytest.approx(10_000)
    assert result.value == pytest.approx(0.04, rel=0.01)
    assert result.payout == pytest.approx(0.02, rel=0.01)
    assert result.pending_conversions == pytest.approx(0, abs=1e-9)
    assert (result.low, result.high) == pytest.approx((0.04 * (1 - 0.116), 0.04 * (1 + 0.116)), rel=0.02)


def test_pending_conversions_are_estimated() -> None:
    stats = one_segment((10_000, 0), (10_000, 0), buckets=[Bucket(NOW - 1, NOW)])
    result = compute_share(stats)
    missing = 1 - sum(mix_profiles(UNIFORM)[:3])
    assert result.pending_conversions == pytest.approx(result.value * 10_000 * missing)


def test_interval_of_a_loss_is_ordered() -> None:
    result = compute_share(one_segment((4000, 40), (4000, 80), values=[-2.0, 1.0]))
    assert result.low < result.value < result.high < 0


def test_payout_floor_is_met_exactly() -> None:
    """The first offer earns more and pays 0.01 per click; the second pays 0.05."""
    stats = one_segment((40_000, 800), (40_000, 800), values=[5.0, 1.0])
    stats = with_offer(with_offer(stats, 0, payout=0.5, payouts=[400.0]), 1, payout=2.5, payouts=[2000.0])
    result = compute_weights(replace(stats, payout_floor=0.03)).segments[US]
    assert sum(each.share * each.payout for each in result) == pytest.approx(0.03)
    assert result[1].share == pytest.approx(0.5, abs=0.01)
    assert compute_shares(stats)["cmp_0"] > 0.99


def test_change_is_reported_with_its_hour() -> None:
    clicks = [100.0] * 96
    result = compute_weights(pool_stats({US: {0: (clicks, [5.0] * 48 + [0.0] * 48), 1: (clicks, [4.0] * 96)}}))
    assert result.changes == {"cmp_0": NOW - 48}
    assert shares_in(result)["cmp_1"] > 0.9


def test_offers_with_equal_earnings_have_value_exponent_1() -> None:
    counts = [(40_000.0, 3200.0), (40_000.0, 1600.0), (40_000.0, 800.0), (40_000.0, 400.0)]
    assert compute_weights(one_segment(*counts, values=[1.0, 2.0, 4.0, 8.0])).value_exponent == 1


def test_same_counters_give_the_same_weights_and_are_not_modified() -> None:
    stats = pool_stats({US: {0: ([900, 90], [9, 2]), 1: ([700, 50], [3, 1])}, GB: {1: ([80, 60], [3, 0])}})
    before = deepcopy(stats)
    assert compute_weights(stats) == compute_weights(stats) == compute_weights(deepcopy(stats))
    assert stats == before


def test_removal_of_an_offer_keeps_the_evidence_of_the_others() -> None:
    rows = {0: ([40_000.0], [400.0]), 1: ([40_000.0], [800.0]), 2: ([40_000.0], [1200.0])}
    before = compute_weights(pool_stats({US: rows, GB: rows}, values=[1.0] * 3, buckets=OLD))
    left = {index: rows[index] for index in (0, 1)}
    after = compute_weights(pool_stats({US: left, GB: left}, values=[1.0] * 2, buckets=OLD))
    for old, new in zip(before.segments[US], after.segments[US], strict=False):
        assert (new.offer, new.reason) == (old.offer, old.reason)
        assert new.effective_clicks == pytest.approx(old.effective_clicks)
        assert new.value == pytest.approx(old.value, rel=0.005)
    assert shares_in(before)["cmp_2"] > 0.99
    assert shares_in(after)["cmp_1"] > 0.99


@pytest.mark.parametrize("minutes", [1, 2, 5])
def test_first_minutes_of_an_hour_are_neither_a_change_nor_a_better_offer(minutes: int) -> None:
    """Steady offers at 2 %, with 100,000 clicks per hour; in the last minutes all went to the first."""
    late = 100_000 * minutes / 60
    rows = [([20_000.0] * 48 + [late if index == 0 else 0.0]) for index in range(5)]
    cells = {US: {index: (row, [clicks * 0.02 for clicks in row]) for index, row in enumerate(rows)}}
    now = NOW - 1 + minutes / 60
    result = compute_weights(pool_stats(cells, values=[1.0] * 5, now=now, buckets=hourly_buckets(49)))
    assert result.changes == {}
    values = [each.value for each in result.segments[US]]
    assert values == [pytest.approx(values[1], rel=0.002)] * 5


@pytest.mark.parametrize("seed", [1, 4])
def test_offer_without_conversions_loses_its_traffic_within_a_day_and_regains_it(seed: int) -> None:
    day, week = 24, 8 * 24
    share: dict[float, float] = {}
    for hour, best_share in simulate(seed):
        share[hour] = best_share
        if hour >= RECOVERED + week or (hour > RECOVERED and best_share > 0.5):
            break
    assert fmean(each for hour, each in share.items() if STOPPED - day < hour <= STOPPED) > 0.9
    assert max(each for hour, each in share.items() if STOPPED + day <= hour <= RECOVERED) < 0.1
    assert share[hour] > 0.5


def tier_sums(result: OptimizationResult, stats: PoolStatistics) -> Mapping[tuple[str, int], float]:
    """Return the sum of the weights of each tier in each segment."""
    tiers = {offer.id: offer.tier for offer in stats.offers}
    sums: dict[tuple[str, int], float] = {}
    for name, row in result.segments.items():
        for each in row:
            sums[name, tiers[each.offer]] = sums.get((name, tiers[each.offer]), 0.0) + each.share
    return sums


@given(pools_to_learn())
def test_weights_are_a_distribution_over_the_eligible_offers(stats: PoolStatistics) -> None:
    result = compute_weights(stats)
    for segment in stats.segments:
        eligible = range(len(stats.offers)) if segment.eligible_offers is None else sorted(segment.eligible_offers)
        live = [stats.offers[index].id for index in eligible if stats.offers[index].is_live]
        assert [each.offer for each in result.segments[segment.name]] == live
    assert all(each.share >= 0 for row in result.segments.values() for each in row)
    sums = list(tier_sums(result, stats).values())
    assert sums == pytest.approx([1.0] * len(sums))


def scaled(stats: PoolStatistics, factor: float) -> PoolStatistics:
    """Return the pool with its money in another unit."""
    offers = [
        replace(
            offer,
            value=(offer.value or 0.0) * factor,
            values=[each * factor for each in offer.values],
            squares=[each * factor**2 for each in offer.squares],
            payout=offer.payout * factor,
            payouts=[each * factor for each in offer.payouts],
        )
        for offer in stats.offers
    ]
    return replace(
        stats, offers=offers, payout_floor=None if stats.payout_floor is None else stats.payout_floor * factor
    )


def all_weights(stats: PoolStatistics) -> dict[tuple[str, str], float]:
    return {(name, each.offer): each.share for name, row in compute_weights(stats).segments.items() for each in row}


@given(pools_to_learn(), st.integers(-40, 40))
def test_money_scaled_by_a_power_of_two_gives_identical_weights(stats: PoolStatistics, power: int) -> None:
    assert all_weights(scaled(stats, 2.0**power)) == all_weights(stats)


@given(pools_to_learn(), st.floats(0.001, 1000))
def test_unit_of_money_does_not_affect_weights(stats: PoolStatistics, factor: float) -> None:
    assert all_weights(scaled(stats, factor)) == pytest.approx(all_weights(stats), abs=1e-6)


def reordered(stats: PoolStatistics, order: list[int]) -> PoolStatistics:
    """Return the pool with its offers in another order."""
    new_index = {old: new for new, old in enumerate(order)}

    def reindexed(rows: Mapping[int, Series]) -> dict[int, Series]:
        return {new_index[old]: row for old, row in rows.items()}

    segments = [
        replace(
            segment,
            clicks=reindexed(segment.clicks),
            conversions=reindexed(segment.conversions),
            eligible_offers=None
            if segment.eligible_offers is None
            else {new_index[old] for old in segment.eligible_offers},
        )
        for segment in stats.segments
    ]
    return replace(stats, offers=[stats.offers[old] for old in order], segments=segments)


@given(st.data())
def test_order_of_offers_does_not_affect_weights(data: st.DataObject) -> None:
    stats = data.draw(pools_to_learn())
    order = data.draw(st.permutations(range(len(stats.offers))))
    assert all_weights(reordered(stats, order)) == pytest.approx(all_weights(stats), abs=1e-6)


@given(st.data())
def test_order_of_segments_does_not_affect_weights(data: st.DataObject) -> None:
    stats = data.draw(pools_to_learn())
    permuted = replace(stats, segments=data.draw(st.permutations(stats.segments)))
    assert all_weights(permuted) == pytest.approx(all_weights(stats), abs=1e-6)


@given(pools_to_learn())
def test_names_of_segments_do_not_affect_weights(stats: PoolStatistics) -> None:
    names = {"US": "FR", "GB": "IT", "?": "?", "*": "*"}

    def renamed(name: str) -> str:
        country, bar, device = name.partition("|")
        return names[country] + bar + device

    segments = [replace(each, name=renamed(each.name)) for each in stats.segments]
    result = compute_weights(replace(stats, segments=segments)).segments
    assert result == {renamed(name): row for name, row in compute_weights(stats).segments.items()}


@given(pools_to_learn(), st.data())
def test_more_conversions_never_lower_the_share_of_an_earning_offer_for_a_fixed_prior(
    stats: PoolStatistics, data: st.DataObject
) -> None:
    """Conversions of one offer also change the prior of all offers: it is fixed here.

    For an offer that loses money with each conversion, more of them rightly lower the share. So they do with a payout
    floor: once the floor can be met, its highest payout no longer needs all clicks.
    """
    stats = replace(stats, payout_floor=None)
    counts = effective_counts(stats)
    pooled = pool_segments(counts)
    with_clicks = [n for n, segment in enumerate(stats.segments) if segment.clicks]
    assume(with_clicks)
    n = data.draw(st.sampled_from(with_clicks))
    offer = data.draw(st.sampled_from(sorted(stats.segments[n].clicks)))
    assume(counts.values[offer] > 0)
    more = data.draw(st.integers(1, 20))
    before, after = (segment_shares(stats, counts, pooled, n, extra) for extra in ({}, {offer: more}))
    assume(offer in before)
    assert after[offer] >= before[offer] - 1e-9


def segment_shares(
    stats: PoolStatistics, counts: EffectiveCounts, pooled: PooledEstimate, n: int, extra: dict[int, int]
) -> dict[int, float]:
    """Return the shares in segment n, with `extra` more conversions of some offers there."""
    segment = list(segments_with_fallbacks(stats, counts, pooled))[n]
    conversions = [count + extra.get(index, 0) for index, count in enumerate(pooled.conversions)]
    posteriors = {
        index: replace(pooled, conversions=conversions).posterior(
            index,
            segment.clicks.get(index, 0.0),
            segment.conversions.get(index, 0.0) + extra.get(index, 0),
            segment.level,
        )
        for index in segment.eligible_offers
    }
    return offer_shares(TierOffers(stats, counts, segment, posteriors), exploration_budget(stats)) if posteriors else {}
