from math import exp

import pytest

from chalicelib.optimizer.model.conversion_delay import (
    EVEN,
    FAMILY,
    SHRINKAGE,
    SPEEDS,
    ages,
    arrivals,
    arrived_share,
    arrived_shares,
    blend,
    exposures,
    profile,
    speeds,
)
from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, Bucket

OLD = 1000.0


def at(age: float) -> list[float]:
    """The share of each bin that has come from clicks of that age."""
    return [row[0] for row in arrivals([age])]


def test_a_bucket_is_as_old_as_its_middle() -> None:
    assert ages([Bucket(0, 1), Bucket(4, 8), Bucket(9, 10)], 10) == [9.5, 4, 0.5]


def test_a_bucket_that_is_not_over_is_half_as_old_as_what_there_is_of_it() -> None:
    assert ages([Bucket(9, 10)], 9.5) == [0.25]


def test_no_bucket_is_younger_than_now() -> None:
    assert ages([Bucket(10, 11)], 9.5) == [0]


@pytest.mark.parametrize(
    ("age", "whole", "part"),
    [
        pytest.param(0, 1, 0, id="now: what comes at once"),
        pytest.param(1 / 6, 1, 0.5, id="10 minutes, in the bin from 5 to 15"),
        pytest.param(0.25, 2, 0, id="a quarter of an hour"),
        pytest.param(6, 6, 0.5, id="6 hours, in the bin from 4 to 8"),
        pytest.param(240, 16, 0, id="10 days: all but the last bin"),
        pytest.param(360, 16, 0.5, id="15 days, half way in the last bin"),
        pytest.param(480, 17, 0, id="20 days: all"),
    ],
)
def test_conversions_come_evenly_within_their_bin(age: float, whole: int, part: float) -> None:
    assert at(age) == pytest.approx(([1.0] * whole + [part] + [0.0] * DELAY_BINS)[:DELAY_BINS])


def test_a_click_is_exposed_as_far_as_it_is_old_enough() -> None:
    assert exposures([10, 30], [[1, 1], [0.5, 0], [1, 0.5]]) == [40, 5, 25]


def test_a_profile_is_shrunk_by_so_many_conversions() -> None:
    """8 of 100 clicks, and 5 more of 62.5, of which half are in each bin."""
    assert SHRINKAGE == 5
    assert profile([8, 0], [100, 100], [0.5, 0.5]) == pytest.approx([10.5 / 13, 2.5 / 13])


def test_what_only_old_clicks_can_show_counts_for_more() -> None:
    """Thirty thousand conversions leave next to nothing of what was expected."""
    assert profile([30_000, 10_000], [1e6, 5e5], [0.5, 0.5]) == pytest.approx([0.6, 0.4], abs=1e-4)


def test_what_is_as_expected_stays_as_expected() -> None:
    assert profile([6, 2], [100, 100], [0.75, 0.25]) == pytest.approx([0.75, 0.25])


def test_without_conversions_or_exposed_clicks_what_was_expected_is_all_there_is() -> None:
    assert profile([0, 0], [100, 50], [0.75, 0.25]) == [0.75, 0.25]
    assert profile([3, 1], [0, 0], [0.75, 0.25]) == [0.75, 0.25]


def in_bin(place: int, count: float) -> list[float]:
    return [count if n == place else 0.0 for n in range(DELAY_BINS)]


def test_the_family_is_exponential_but_for_a_trace_of_any_delay() -> None:
    """With a mean of one hour 1 - 1/e come within the hour: of the first four bins, which end there."""
    assert all(sum(shares) == pytest.approx(1) for shares in FAMILY)
    assert sum(FAMILY[SPEEDS.index(1.0)][:4]) == pytest.approx((1 - exp(-1) + 4e-4) / (1 + 17e-4))


def test_conversions_that_all_come_at_once_where_later_ones_could_be_seen_are_fast() -> None:
    likely = speeds(in_bin(0, 20), [100.0] * DELAY_BINS, EVEN)
    assert likely[0] == pytest.approx(1, abs=1e-3)


def test_conversions_that_come_at_once_where_no_others_could_be_seen_say_nothing() -> None:
    assert speeds(in_bin(0, 20), in_bin(0, 100), EVEN) == pytest.approx(EVEN)


def test_the_likelihood_of_a_speed_is_that_of_its_bins_among_those_that_can_be_seen() -> None:
    """One conversion in the second of two bins, seen by 100 and by 50 clicks: p₂·50 / (p₁·100 + p₂·50)."""
    likely = speeds(in_bin(1, 1), [100.0, 50.0, *[0.0] * (DELAY_BINS - 2)], EVEN)
    odds = [shares[1] * 50 / (shares[0] * 100 + shares[1] * 50) for shares in FAMILY]
    assert likely == pytest.approx([each / sum(odds) for each in odds])


def test_an_impossible_conversion_of_clicks_too_young_for_it_is_left_out() -> None:
    assert speeds(in_bin(9, 5), in_bin(0, 100), EVEN) == pytest.approx(EVEN)


def test_what_has_come_is_the_bins_shares_as_far_as_each_has_come() -> None:
    assert arrived_share([0.25, 0.75], [[1, 1], [0, 0.5]]) == [0.25, 0.625]


@pytest.mark.parametrize(("age", "bins"), [(0, 1), (0.5, 3), (12, 8), (240, 16)])
def test_before_the_first_conversion_any_speed_is_as_likely(age: float, bins: int) -> None:
    found = arrived_shares([[100.0]], [[0.0] * DELAY_BINS], arrivals([age]))
    assert found == [[pytest.approx(sum(blend(EVEN)[:bins]))]]


def test_an_offer_without_conversions_is_taken_to_be_mostly_as_fast_as_the_pool() -> None:
    """Of the pool 20 conversions, all at once, when all could have been seen."""
    found = arrived_shares([[1000, 0], [1000, 0]], [in_bin(0, 20), in_bin(0, 0)], arrivals([OLD, 0]))
    fast, even = FAMILY[0][0], blend(EVEN)[0]
    assert found[0][1] > 0.95
    assert found[1] == pytest.approx([1, 0.7 * fast + 0.3 * even], abs=1e-3)


def test_an_offer_that_converts_late_is_known_by_its_late_conversions() -> None:
    rows = [[600.0] + [0.0] * 16, [0.0] * 10 + [600.0] + [0.0] * 6]
    quick, slow = arrived_shares([[10_000, 0]] * 2, rows, arrivals([OLD, 36]))
    assert quick[1] == pytest.approx(1, abs=0.01)
    assert slow[1] == pytest.approx(0, abs=0.01)


def test_a_pool_without_offers_or_buckets_has_no_shares() -> None:
    assert arrived_shares([], [], arrivals([])) == []
    assert arrived_shares([[]], [[0.0] * DELAY_BINS], arrivals([])) == [[]]
