from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, PoolStatistics
from chalicelib.optimizer.model.validation import InvalidCounters, validate
from chalicelib.optimizer.model.weights import compute_weights
from tests.optimizer.teaching import GB, US, pool_stats, with_offer, with_segment

GOOD = pool_stats({US: {0: ([100], [3]), 1: ([80], [2])}, GB: {1: ([5], [0])}})


def complaint(stats: PoolStatistics) -> str:
    with pytest.raises(InvalidCounters) as caught:
        validate(stats)
    return str(caught.value)


def test_counters_that_can_be_true_are_let_pass() -> None:
    validate(GOOD)
    validate(with_offer(GOOD, 0, value=-1.0, values=[-3.0], payouts=[3.0]))
    validate(pool_stats({}, values=()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"value": nan}, "offer cmp_1 is configured with nan and 0.0 per conversion", id="value"),
        pytest.param({"payout": inf}, "offer cmp_1 is configured with 1.0 and inf per conversion", id="payout"),
        pytest.param({"values": [-inf]}, "offer cmp_1 has values that are no numbers", id="values"),
        pytest.param({"squares": [-0.5]}, "squares of offer cmp_1: -0.5", id="squares"),
        pytest.param({"payouts": [nan]}, "payouts of offer cmp_1: nan", id="payouts"),
        pytest.param({"delays": [1.0] * 16 + [-1]}, "delays of offer cmp_1: -1", id="delays"),
        pytest.param({"seen": inf}, "clicks seen of offer cmp_1: inf", id="clicks seen"),
        pytest.param({"values": [1, 1]}, "offer cmp_1 does not have 1 buckets and 17 delays", id="one bucket more"),
        pytest.param({"payouts": [1, 1]}, "offer cmp_1 does not have 1 buckets and 17 delays", id="one payout more"),
        pytest.param({"delays": [0.0] * 16}, "offer cmp_1 does not have 1 buckets and 17 delays", id="a delay less"),
    ],
)
def test_an_offer_is_refused_with_the_pools_id(changes: dict[str, Any], said: str) -> None:
    assert DELAY_BINS == 17
    assert complaint(with_offer(GOOD, 1, **changes)) == f"the counters of sml_1 are broken: {said}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"expected": nan}, "clicks to expect of US|mobile: nan", id="clicks to expect"),
        pytest.param({"clicks": {0: [nan]}}, "clicks of US|mobile, offer cmp_0: nan", id="not a number"),
        pytest.param({"clicks": {1: [inf]}}, "clicks of US|mobile, offer cmp_1: inf", id="infinite"),
        pytest.param({"conversions": {0: [-1]}}, "conversions of US|mobile, offer cmp_0: -1", id="negative"),
        pytest.param({"clicks": {2: [1]}}, "clicks of US|mobile at place 2 belong to no offer and buckets", id="place"),
        pytest.param(
            {"conversions": {-1: [1]}},
            "conversions of US|mobile at place -1 belong to no offer and buckets",
            id="place below 0",
        ),
        pytest.param(
            {"clicks": {0: [1, 1]}}, "clicks of US|mobile at place 0 belong to no offer and buckets", id="buckets"
        ),
    ],
)
def test_a_segment_is_refused_with_the_pools_id(changes: dict[str, Any], said: str) -> None:
    assert complaint(with_segment(GOOD, **changes)) == f"the counters of sml_1 are broken: {said}"


@pytest.mark.parametrize(
    ("stats", "said"),
    [
        pytest.param(replace(GOOD, untouched=-1), "untouched clicks: -1", id="untouched clicks"),
        pytest.param(replace(GOOD, now=nan), "the time is nan", id="time"),
    ],
)
def test_a_pool_is_refused_with_its_id(stats: PoolStatistics, said: str) -> None:
    assert complaint(stats) == f"the counters of sml_1 are broken: {said}"


def test_numbers_that_add_up_to_infinity_are_refused() -> None:
    assert complaint(with_offer(GOOD, 0, delays=[1e308] * 17)).endswith("broken: delays of offer cmp_0: inf")


def test_every_complaint_is_named() -> None:
    worse = with_offer(with_segment(GOOD, expected=-2), 0, seen=nan)
    assert complaint(worse).endswith("broken: clicks seen of offer cmp_0: nan; clicks to expect of US|mobile: -2")


def test_ten_complaints_are_enough() -> None:
    cells = {US: {place: ([nan], [0]) for place in range(12)}}
    found = complaint(pool_stats(cells, values=[1.0] * 12))
    assert found.count(";") == 9


def test_nothing_is_learned_from_broken_counters() -> None:
    with pytest.raises(InvalidCounters, match="sml_1"):
        compute_weights(with_segment(GOOD, clicks={0: [nan]}))
