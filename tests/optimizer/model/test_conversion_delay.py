from math import exp

import pytest

from chalicelib.optimizer.model.conversion_delay import (
    MEAN_DELAYS,
    PROFILES,
    SHRINKAGE,
    UNIFORM,
    arrived_by_bin,
    arrived_share,
    arrived_shares,
    bucket_ages,
    delay_posterior,
    delay_profile,
    exposed_clicks,
    mix_profiles,
)
from chalicelib.optimizer.model.pool_statistics import DELAY_BINS, Bucket

OLD_AGE = 1000.0


def arrived_at(age: float) -> list[float]:
    """Return the share of each bin that has arrived from clicks of that age."""
    return [row[0] for row in arrived_by_bin([age])]


def test_age_of_a_bucket_is_that_of_its_middle() -> None:
    assert bucket_ages([Bucket(0, 1), Bucket(4, 8), Bucket(9, 10)], 10) == [9.5, 4, 0.5]


def test_age_of_the_current_bucket_is_half_its_elapsed_time() -> None:
    assert bucket_ages([Bucket(9, 10)], 9.5) == [0.25]


def test_age_is_never_negative() -> None:
    assert bucket_ages([Bucket(10, 11)], 9.5) == [0]


@pytest.mark.parametrize(
    ("age", "whole", "part"),
    [
        pytest.param(0, 1, 0, id="now: the first bin"),
        pytest.param(1 / 6, 1, 0.5, id="10 minutes, in the bin from 5 to 15"),
        pytest.param(0.25, 2, 0, id="a quarter of an hour"),
        pytest.param(6, 6, 0.5, id="6 hours, in the bin from 4 to 8"),
        pytest.param(240, 16, 0, id="10 days: all but the last bin"),
        pytest.param(360, 16, 0.5, id="15 days, half way in the last bin"),
        pytest.param(480, 17, 0, id="20 days: all"),
    ],
)
def test_conversions_arrive_evenly_within_a_bin(age: float, whole: int, part: float) -> None:
    assert arrived_at(age) == pytest.approx(([1.0] * whole + [part] + [0.0] * DELAY_BINS)[:DELAY_BINS])


def test_exposed_clicks_are_weighted_by_the_arrived_share() -> None:
    assert exposed_clicks([10, 30], [[1, 1], [0.5, 0], [1, 0.5]]) == [40, 5, 25]


def test_profile_is_shrunk_by_five_pseudo_conversions() -> None:
    """8 conversions of 100 clicks, and 5 pseudo-conversions of 62.5 clicks, half in each bin."""
    assert SHRINKAGE == 5
    assert delay_profile([8, 0], [100, 100], [0.5, 0.5]) == pytest.approx([10.5 / 13, 2.5 / 13])


def test_pseudo_conversions_are_spread_over_the_exposed_clicks() -> None:
    """The fixed point's third round, in exact fractions. With 4 or 6 pseudo-conversions it is 0.77 or 0.72."""
    assert delay_profile([8, 0], [100, 50], [0.5, 0.5]) == pytest.approx([0.7395513427012638, 0.2604486572987363])


def test_late_bins_are_corrected_for_their_smaller_exposure() -> None:
    """With thirty thousand conversions the prior hardly matters."""
    assert delay_profile([30_000, 10_000], [1e6, 5e5], [0.5, 0.5]) == pytest.approx([0.6, 0.4], abs=1e-4)


def test_profile_equals_the_prior_if_the_data_match_it() -> None:
    assert delay_profile([6, 2], [100, 100], [0.75, 0.25]) == pytest.approx([0.75, 0.25])


def test_profile_without_data_is_the_prior() -> None:
    assert delay_profile([0, 0], [100, 50], [0.75, 0.25]) == [0.75, 0.25]
    assert delay_profile([3, 1], [0, 0], [0.75, 0.25]) == [0.75, 0.25]


def in_bin(index: int, count: float) -> list[float]:
    return [count if n == index else 0.0 for n in range(DELAY_BINS)]


def test_profiles_are_exponential_with_a_trace_in_every_bin() -> None:
    """With a mean of one hour, 1 - 1/e arrive within the hour, in the first four bins."""
    assert all(sum(shares) == pytest.approx(1) for shares in PROFILES)
    assert sum(PROFILES[MEAN_DELAYS.index(1.0)][:4]) == pytest.approx((1 - exp(-1) + 4e-4) / (1 + 17e-4))


def test_immediate_conversions_with_late_bins_visible_are_fast() -> None:
    posterior = delay_posterior(in_bin(0, 20), [100.0] * DELAY_BINS, UNIFORM)
    assert posterior[0] == pytest.approx(1, abs=1e-3)


def test_immediate_conversions_with_late_bins_hidden_are_no_evidence() -> None:
    assert delay_posterior(in_bin(0, 20), in_bin(0, 100), UNIFORM) == pytest.approx(UNIFORM)


def test_likelihood_is_relative_to_the_visible_bins() -> None:
    """One conversion in the second of two bins, seen by 100 and by 50 clicks: p₂·50 / (p₁·100 + p₂·50)."""
    posterior = delay_posterior(in_bin(1, 1), [100.0, 50.0, *[0.0] * (DELAY_BINS - 2)], UNIFORM)
    odds = [shares[1] * 50 / (shares[0] * 100 + shares[1] * 50) for shares in PROFILES]
    assert posterior == pytest.approx([each / sum(odds) for each in odds])


def test_conversions_in_bins_without_exposure_are_ignored() -> None:
    assert delay_posterior(in_bin(9, 5), in_bin(0, 100), UNIFORM) == pytest.approx(UNIFORM)


def test_arrived_share_is_the_sum_over_bins() -> None:
    assert arrived_share([0.25, 0.75], [[1, 1], [0, 0.5]]) == [0.25, 0.625]


@pytest.mark.parametrize(("age", "bins"), [(0, 1), (0.5, 3), (12, 8), (240, 16)])
def test_prior_over_mean_delays_is_uniform(age: float, bins: int) -> None:
    shares_by_offer = arrived_shares([[100.0]], [[0.0] * DELAY_BINS], arrived_by_bin([age]))
    assert shares_by_offer == [[pytest.approx(sum(mix_profiles(UNIFORM)[:bins]))]]


def test_offer_without_conversions_has_mostly_the_delay_of_the_pool() -> None:
    """The pool has 20 immediate conversions, and all bins were visible."""
    shares_by_offer = arrived_shares(
        [[1000, 0], [1000, 0]], [in_bin(0, 20), in_bin(0, 0)], arrived_by_bin([OLD_AGE, 0])
    )
    fast, even = PROFILES[0][0], mix_profiles(UNIFORM)[0]
    assert shares_by_offer[0][1] > 0.95
    assert shares_by_offer[1] == pytest.approx([1, 0.7 * fast + 0.3 * even], abs=1e-3)


def test_offer_with_late_conversions_has_a_late_profile() -> None:
    rows = [[600.0] + [0.0] * 16, [0.0] * 10 + [600.0] + [0.0] * 6]
    quick, slow = arrived_shares([[10_000, 0]] * 2, rows, arrived_by_bin([OLD_AGE, 36]))
    assert quick[1] == pytest.approx(1, abs=0.01)
    assert slow[1] == pytest.approx(0, abs=0.01)


def test_pool_without_offers_or_buckets_has_no_shares() -> None:
    assert arrived_shares([], [], arrived_by_bin([])) == []
    assert arrived_shares([[]], [[0.0] * DELAY_BINS], arrived_by_bin([])) == [[]]
