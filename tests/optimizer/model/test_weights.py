from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.optimizer.model.conversion_delay import EVEN, blend
from chalicelib.optimizer.model.effective_counts import EffectiveCounts, effective_counts
from chalicelib.optimizer.model.exploration import TierOffers, exploration_budget, offer_shares
from chalicelib.optimizer.model.pool_statistics import Bucket, PoolStatistics, Series
from chalicelib.optimizer.model.posterior import PooledEstimate, pool_segments
from chalicelib.optimizer.model.segments import segments_with_fallbacks
from chalicelib.optimizer.model.weights import OptimizationResult, Reason, compute_weights
from tests.optimizer.days import RECOVERED, STOPPED, played
from tests.optimizer.teaching import (
    GB,
    NOW,
    US,
    hours,
    pool_stats,
    share_of,
    shares_of,
    weights,
    with_offer,
    with_segment,
)
from tests.strategies import pools_to_learn

OLD = [Bucket(NOW - 674, NOW - 670)]
"""Four weeks ago: all conversions have come, a quarter is remembered."""

FLOOR = 2 / 2880
"""Two clicks a day, where ten come in five minutes."""


def one_segment(*counts: tuple[float, float], **changes: Any) -> PoolStatistics:
    """Offers with so many clicks and conversions, all of them known."""
    values = changes.pop("values", [1.0] * len(counts))
    cells = {US: {place: ([clicks], [converted]) for place, (clicks, converted) in enumerate(counts)}}
    return pool_stats(cells, **{"buckets": OLD, "values": values, **changes})


def test_all_zero_data_gives_equal_shares() -> None:
    assert list(shares_of(one_segment(*[(0, 0)] * 5)).values()) == pytest.approx([0.2] * 5)
    nothing = pool_stats({"*": {}}, values=[1.0, 9.0, 3.0, 2.0])
    assert list(shares_of(nothing, "*").values()) == pytest.approx([0.25] * 4)


def test_one_offer_gets_all() -> None:
    assert shares_of(one_segment((100, 3))) == {"cmp_0": 1}
    assert shares_of(one_segment((100, 0), values=[-1.0])) == {"cmp_0": 1}
    assert share_of(one_segment((100, 3))).reason is Reason.ONLY_ONE


def test_what_earns_more_gets_all_but_the_floor() -> None:
    assert shares_of(one_segment((40_000, 400), (40_000, 800))) == pytest.approx({"cmp_0": FLOOR, "cmp_1": 1 - FLOOR})


def test_money_counts_and_not_conversions() -> None:
    found = shares_of(one_segment((40_000, 400), (40_000, 800), values=[5.0, 1.0]))
    assert found == pytest.approx({"cmp_0": 1 - FLOOR, "cmp_1": FLOOR})


def test_an_offer_with_a_loss_gets_at_most_the_floor_while_a_better_one_may_take_the_click() -> None:
    stats = one_segment((4000, 160), (4000, 8), values=[-1.0, 0.8])
    assert shares_of(stats)["cmp_0"] <= FLOOR
    assert shares_of(with_offer(stats, 1, live=False)) == {"cmp_0": 1}


def test_of_losses_the_least_is_taken() -> None:
    assert shares_of(one_segment((40_000, 800), (40_000, 400), values=[-1.0, -1.0]))["cmp_1"] > 0.99


def test_each_segments_clicks_go_to_its_own_best_offer() -> None:
    worse, better = ([40_000.0], [400.0]), ([40_000.0], [1200.0])
    found = compute_weights(pool_stats({US: {0: better, 1: worse}, GB: {0: worse, 1: better}}, buckets=OLD))
    assert weights(found, US)["cmp_0"] > 0.99
    assert weights(found, GB)["cmp_1"] > 0.99
    assert found.spread > 0.1


def test_a_segment_without_clicks_goes_by_the_others() -> None:
    rows = {0: ([40_000.0], [400.0]), 1: ([40_000.0], [1200.0])}
    assert shares_of(pool_stats({US: rows, GB: {}}, buckets=OLD), GB)["cmp_1"] > 0.5


def test_countries_and_everyone_have_weights_to_back_off_to() -> None:
    found = compute_weights(pool_stats({US: {}, "US|desktop": {}, GB: {}}))
    assert list(found.segments) == [US, "US|desktop", GB, "US", "*", "GB"]


def test_each_tier_is_shared_out_by_itself() -> None:
    counts = [(40_000, 400), (40_000, 800), (40_000, 100), (0, 0)]
    stats = with_offer(with_offer(one_segment(*counts), 2, tier=1), 3, tier=1)
    found = shares_of(stats)
    assert found["cmp_0"] + found["cmp_1"] == pytest.approx(1)
    assert found["cmp_2"] + found["cmp_3"] == pytest.approx(1)
    assert found["cmp_3"] == pytest.approx(0.5)


def test_an_offer_alone_in_its_tier_is_the_only_one() -> None:
    stats = with_offer(one_segment((4000, 40), (4000, 80), (4000, 10)), 2, tier=1)
    assert (share_of(stats, 2).share, share_of(stats, 2).reason) == (1, Reason.ONLY_ONE)
    assert share_of(stats, 1).reason is Reason.LEARNED


def test_only_offers_that_may_take_the_segments_clicks_have_weights() -> None:
    stats = with_segment(with_offer(one_segment(*[(100, 2)] * 4), 2, live=False), open=[3, 2, 1])
    assert list(shares_of(stats)) == ["cmp_1", "cmp_3"]
    assert compute_weights(with_segment(stats, open=[])).segments[US] == ()


def test_the_reason_says_how_far_an_offer_is() -> None:
    found = compute_weights(one_segment((4000, 40), (49, 2), (0, 0), (50, 0))).segments[US]
    assert [each.reason for each in found] == [Reason.LEARNED, Reason.EXPLORING, Reason.NO_DATA, Reason.LEARNED]


def test_an_untouched_offer_gets_its_head_count_share() -> None:
    found = shares_of(one_segment((40_000, 400), (40_000, 800), (40_000, 100), (0, 0)))
    assert found["cmp_3"] == pytest.approx(1 / 4)
    assert found["cmp_1"] == pytest.approx(3 / 4, abs=0.01)


def test_a_share_comes_with_the_figures_behind_it() -> None:
    """A quarter of the clicks is remembered: 10,000, and 200 conversions of value 2 that paid 1."""
    stats = with_offer(one_segment((40_000, 800), (40_000, 400), values=[2.0, 1.0]), 0, payout=1.0, payouts=[800.0])
    found = share_of(stats)
    assert found.effective == pytest.approx(10_000)
    assert found.value == pytest.approx(0.04, rel=0.01)
    assert found.payout == pytest.approx(0.02, rel=0.01)
    assert found.pending == pytest.approx(0, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((0.04 * (1 - 0.116), 0.04 * (1 + 0.116)), rel=0.02)


def test_conversions_still_to_come_are_expected() -> None:
    stats = one_segment((10_000, 0), (10_000, 0), buckets=[Bucket(NOW - 1, NOW)])
    found = share_of(stats)
    coming = 1 - sum(blend(EVEN)[:3])
    assert found.pending == pytest.approx(found.value * 10_000 * coming)


def test_the_interval_of_a_loss_is_in_order_too() -> None:
    found = share_of(one_segment((4000, 40), (4000, 80), values=[-2.0, 1.0]))
    assert found.low < found.value < found.high < 0


def test_the_publishers_floor_is_kept_by_no_more_than_it_takes() -> None:
    """The first earns more and pays 0.01 a click, the second pays 0.05."""
    stats = one_segment((40_000, 800), (40_000, 800), values=[5.0, 1.0])
    stats = with_offer(with_offer(stats, 0, payout=0.5, payouts=[400.0]), 1, payout=2.5, payouts=[2000.0])
    found = compute_weights(replace(stats, floor=0.03)).segments[US]
    assert sum(each.share * each.payout for each in found) == pytest.approx(0.03)
    assert found[1].share == pytest.approx(0.5, abs=0.01)
    assert shares_of(stats)["cmp_0"] > 0.99


def test_a_change_is_told_with_its_hour() -> None:
    clicks = [100.0] * 96
    found = compute_weights(pool_stats({US: {0: (clicks, [5.0] * 48 + [0.0] * 48), 1: (clicks, [4.0] * 96)}}))
    assert found.changes == {"cmp_0": NOW - 48}
    assert weights(found)["cmp_1"] > 0.9


def test_offers_that_earn_alike_have_money_in_common() -> None:
    counts = [(40_000.0, 3200.0), (40_000.0, 1600.0), (40_000.0, 800.0), (40_000.0, 400.0)]
    assert compute_weights(one_segment(*counts, values=[1.0, 2.0, 4.0, 8.0])).likeness == 1


def test_the_same_counters_give_the_same_weights_and_are_left_alone() -> None:
    stats = pool_stats({US: {0: ([900, 90], [9, 2]), 1: ([700, 50], [3, 1])}, GB: {1: ([80, 60], [3, 0])}})
    before = deepcopy(stats)
    assert compute_weights(stats) == compute_weights(stats) == compute_weights(deepcopy(stats))
    assert stats == before


def test_an_edit_that_removes_an_offer_leaves_the_others_their_learning() -> None:
    rows = {0: ([40_000.0], [400.0]), 1: ([40_000.0], [800.0]), 2: ([40_000.0], [1200.0])}
    before = compute_weights(pool_stats({US: rows, GB: rows}, values=[1.0] * 3, buckets=OLD))
    left = {place: rows[place] for place in (0, 1)}
    after = compute_weights(pool_stats({US: left, GB: left}, values=[1.0] * 2, buckets=OLD))
    for one, other in zip(before.segments[US], after.segments[US], strict=False):
        assert (other.offer, other.reason) == (one.offer, one.reason)
        assert other.effective == pytest.approx(one.effective)
        assert other.value == pytest.approx(one.value, rel=0.005)
    assert weights(before)["cmp_2"] > 0.99
    assert weights(after)["cmp_1"] > 0.99


@pytest.mark.parametrize("minutes", [1, 2, 5])
def test_the_first_minutes_of_an_hour_are_neither_a_change_nor_a_better_offer(minutes: int) -> None:
    """Steady offers at 2 %, 100,000 clicks an hour; in the last minutes they all went to the first."""
    late = 100_000 * minutes / 60
    rows = [([20_000.0] * 48 + [late if place == 0 else 0.0]) for place in range(5)]
    cells = {US: {place: (row, [clicks * 0.02 for clicks in row]) for place, row in enumerate(rows)}}
    now = NOW - 1 + minutes / 60
    found = compute_weights(pool_stats(cells, values=[1.0] * 5, now=now, buckets=hours(49)))
    assert found.changes == {}
    values = [each.value for each in found.segments[US]]
    assert values == [pytest.approx(values[1], rel=0.002)] * 5


@pytest.mark.parametrize("seed", [1, 4])
def test_an_offer_whose_conversions_stop_loses_its_traffic_within_a_day_and_regains_it(seed: int) -> None:
    day, week = 24, 8 * 24
    share: dict[float, float] = {}
    for hour, given_to_best in played(seed):
        share[hour] = given_to_best
        if hour >= RECOVERED + week or (hour > RECOVERED and given_to_best > 0.5):
            break
    assert fmean(each for hour, each in share.items() if STOPPED - day < hour <= STOPPED) > 0.9
    assert max(each for hour, each in share.items() if STOPPED + day <= hour <= RECOVERED) < 0.1
    assert share[hour] > 0.5


def distributions(found: OptimizationResult, stats: PoolStatistics) -> Mapping[tuple[str, int], float]:
    """The sum of the weights of each tier in each segment."""
    tiers = {offer.id: offer.tier for offer in stats.offers}
    sums: dict[tuple[str, int], float] = {}
    for name, row in found.segments.items():
        for each in row:
            sums[name, tiers[each.offer]] = sums.get((name, tiers[each.offer]), 0.0) + each.share
    return sums


@given(pools_to_learn())
def test_weights_are_a_distribution_over_the_offers_that_may_take_the_click(stats: PoolStatistics) -> None:
    found = compute_weights(stats)
    for segment in stats.segments:
        taken = range(len(stats.offers)) if segment.eligible_offers is None else sorted(segment.eligible_offers)
        live = [stats.offers[place].id for place in taken if stats.offers[place].live]
        assert [each.offer for each in found.segments[segment.name]] == live
    assert all(each.share >= 0 for row in found.segments.values() for each in row)
    sums = list(distributions(found, stats).values())
    assert sums == pytest.approx([1.0] * len(sums))


def scaled(stats: PoolStatistics, factor: float) -> PoolStatistics:
    """The pool with all its money in another unit."""
    offers = [
        replace(
            offer,
            value=offer.value * factor,
            values=[each * factor for each in offer.values],
            squares=[each * factor**2 for each in offer.squares],
            payout=offer.payout * factor,
            payouts=[each * factor for each in offer.payouts],
        )
        for offer in stats.offers
    ]
    return replace(stats, offers=offers, floor=None if stats.floor is None else stats.floor * factor)


def all_weights(stats: PoolStatistics) -> dict[tuple[str, str], float]:
    return {(name, each.offer): each.share for name, row in compute_weights(stats).segments.items() for each in row}


@given(pools_to_learn(), st.integers(-40, 40))
def test_a_unit_that_is_a_power_of_two_of_the_other_changes_no_weight(stats: PoolStatistics, power: int) -> None:
    assert all_weights(scaled(stats, 2.0**power)) == all_weights(stats)


@given(pools_to_learn(), st.floats(0.001, 1000))
def test_another_unit_of_money_changes_no_weight(stats: PoolStatistics, factor: float) -> None:
    assert all_weights(scaled(stats, factor)) == pytest.approx(all_weights(stats), abs=1e-6)


def relabelled(stats: PoolStatistics, order: list[int]) -> PoolStatistics:
    """The pool with its offers in another order."""
    places = {place: n for n, place in enumerate(order)}

    def moved(rows: Mapping[int, Series]) -> dict[int, Series]:
        return {places[place]: row for place, row in rows.items()}

    segments = [
        replace(
            segment,
            clicks=moved(segment.clicks),
            conversions=moved(segment.conversions),
            eligible_offers=None
            if segment.eligible_offers is None
            else {places[place] for place in segment.eligible_offers},
        )
        for segment in stats.segments
    ]
    return replace(stats, offers=[stats.offers[place] for place in order], segments=segments)


@given(st.data())
def test_offers_in_another_order_have_the_same_weights(data: st.DataObject) -> None:
    stats = data.draw(pools_to_learn())
    order = data.draw(st.permutations(range(len(stats.offers))))
    assert all_weights(relabelled(stats, order)) == pytest.approx(all_weights(stats), abs=1e-6)


@given(st.data())
def test_segments_in_another_order_have_the_same_weights(data: st.DataObject) -> None:
    stats = data.draw(pools_to_learn())
    moved = replace(stats, segments=data.draw(st.permutations(stats.segments)))
    assert all_weights(moved) == pytest.approx(all_weights(stats), abs=1e-6)


@given(pools_to_learn())
def test_segments_of_other_names_have_the_same_weights(stats: PoolStatistics) -> None:
    names = {"US": "FR", "GB": "IT", "?": "?", "*": "*"}

    def renamed(name: str) -> str:
        country, bar, device = name.partition("|")
        return names[country] + bar + device

    segments = [replace(each, name=renamed(each.name)) for each in stats.segments]
    found = compute_weights(replace(stats, segments=segments)).segments
    assert found == {renamed(name): row for name, row in compute_weights(stats).segments.items()}


@given(pools_to_learn(), st.data())
def test_more_conversions_never_lower_the_share_of_an_offer_that_earns_while_what_offers_have_in_common_is_held(
    stats: PoolStatistics, data: st.DataObject
) -> None:
    """News of one offer is news of what the offers are like, too: that is held here, as it speaks for all of them.

    Of an offer that loses money with each conversion, more of them rightly lower the share.
    """
    found = effective_counts(stats)
    known = pool_segments(found)
    chosen = [n for n, segment in enumerate(stats.segments) if segment.clicks]
    assume(chosen)
    n = data.draw(st.sampled_from(chosen))
    place = data.draw(st.sampled_from(sorted(stats.segments[n].clicks)))
    assume(found.values[place] > 0)
    more = data.draw(st.integers(1, 20))
    before, after = (shares_at(stats, found, known, n, extra) for extra in ({}, {place: more}))
    assume(place in before)
    assert after[place] >= before[place] - 1e-9


def shares_at(
    stats: PoolStatistics, found: EffectiveCounts, known: PooledEstimate, n: int, extra: dict[int, int]
) -> dict[int, float]:
    """The shares in the n-th segment, with so many conversions more of some offers there."""
    audience = list(segments_with_fallbacks(stats, found, known))[n]
    grown = [count + extra.get(place, 0) for place, count in enumerate(known.conversions)]
    posteriors = {
        place: replace(known, conversions=grown).posterior(
            place,
            audience.clicks.get(place, 0.0),
            audience.conversions.get(place, 0.0) + extra.get(place, 0),
            audience.level,
        )
        for place in audience.open
    }
    return offer_shares(TierOffers(stats, found, audience, posteriors), exploration_budget(stats)) if posteriors else {}
