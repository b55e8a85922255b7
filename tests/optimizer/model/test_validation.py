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


def test_possible_counters_are_valid() -> None:
    validate(GOOD)
    validate(with_offer(GOOD, 0, value=-1.0, values=[-3.0], payouts=[3.0]))
    validate(pool_stats({}, values=()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"value": nan}, "offer cmp_1 has the configured value nan and payout 0.0", id="value"),
        pytest.param({"payout": inf}, "offer cmp_1 has the configured value 1.0 and payout inf", id="payout"),
        pytest.param({"values": [-inf]}, "offer cmp_1 has values that are not finite", id="values"),
        pytest.param({"squares": [-0.5]}, "squares of offer cmp_1: -0.5", id="squares"),
        pytest.param({"payouts": [nan]}, "payouts of offer cmp_1: nan", id="payouts"),
        pytest.param({"delays": [1.0] * 16 + [-1]}, "delays of offer cmp_1: -1", id="delays"),
        pytest.param({"total_clicks": inf}, "total clicks of offer cmp_1: inf", id="total clicks"),
        pytest.param({"values": [1, 1]}, "offer cmp_1 does not have 1 buckets and 17 delay bins", id="one bucket more"),
        pytest.param(
            {"payouts": [1, 1]}, "offer cmp_1 does not have 1 buckets and 17 delay bins", id="one payout more"
        ),
        pytest.param(
            {"delays": [0.0] * 16}, "offer cmp_1 does not have 1 buckets and 17 delay bins", id="a delay less"
        ),
    ],
)
def test_invalid_offer_is_rejected_with_the_pool_id(changes: dict[str, Any], message: str) -> None:
    assert DELAY_BINS == 17
    assert complaint(with_offer(GOOD, 1, **changes)) == f"The counters of sml_1 are invalid: {message}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"forecast_clicks": nan}, "forecast clicks of US|mobile: nan", id="forecast clicks"),
        pytest.param({"clicks": {0: [nan]}}, "clicks of US|mobile, offer cmp_0: nan", id="not a number"),
        pytest.param({"clicks": {1: [inf]}}, "clicks of US|mobile, offer cmp_1: inf", id="infinite"),
        pytest.param({"conversions": {0: [-1]}}, "conversions of US|mobile, offer cmp_0: -1", id="negative"),
        pytest.param(
            {"clicks": {2: [1]}}, "clicks of US|mobile at index 2 do not match the offers and buckets", id="index"
        ),
        pytest.param(
            {"conversions": {-1: [1]}},
            "conversions of US|mobile at index -1 do not match the offers and buckets",
            id="negative index",
        ),
        pytest.param(
            {"clicks": {0: [1, 1]}}, "clicks of US|mobile at index 0 do not match the offers and buckets", id="buckets"
        ),
    ],
)
def test_invalid_segment_is_rejected_with_the_pool_id(changes: dict[str, Any], message: str) -> None:
    assert complaint(with_segment(GOOD, **changes)) == f"The counters of sml_1 are invalid: {message}"


@pytest.mark.parametrize(
    ("stats", "message"),
    [
        pytest.param(replace(GOOD, untouched_clicks=-1), "untouched clicks: -1", id="untouched clicks"),
        pytest.param(replace(GOOD, now=nan), "the time is nan", id="time"),
    ],
)
def test_invalid_pool_is_rejected_with_its_id(stats: PoolStatistics, message: str) -> None:
    assert complaint(stats) == f"The counters of sml_1 are invalid: {message}"


def test_numbers_with_an_infinite_sum_are_rejected() -> None:
    assert complaint(with_offer(GOOD, 0, delays=[1e308] * 17)).endswith("invalid: delays of offer cmp_0: inf")


def test_all_complaints_are_in_the_message() -> None:
    worse = with_offer(with_segment(GOOD, forecast_clicks=-2), 0, total_clicks=nan)
    assert complaint(worse).endswith("invalid: total clicks of offer cmp_0: nan; forecast clicks of US|mobile: -2")


def test_message_has_at_most_ten_complaints() -> None:
    cells = {US: {index: ([nan], [0]) for index in range(12)}}
    message = complaint(pool_stats(cells, values=[1.0] * 12))
    assert message.count(";") == 9


def test_invalid_counters_give_no_weights() -> None:
    with pytest.raises(InvalidCounters, match="sml_1"):
        compute_weights(with_segment(GOOD, clicks={0: [nan]}))
