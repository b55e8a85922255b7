import pytest

from chalicelib.optimizer.delays import (
    USUAL,
    ages,
    arrivals,
    arrived_share,
    arrived_shares,
    exposures,
    profile,
)
from chalicelib.optimizer.stats import DELAY_BINS, Bucket

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


def test_what_only_old_clicks_can_show_counts_for_more() -> None:
    assert profile([3, 1], [100, 50], [0.5, 0.5], 0) == pytest.approx([0.6, 0.4])


def test_a_profile_is_shrunk_by_so_many_conversions() -> None:
    """8 of 100 clicks, and 4 more of 50, of which half are in each bin."""
    assert profile([8, 0], [100, 100], [0.5, 0.5], 4) == pytest.approx([10 / 12, 2 / 12])


def test_what_is_as_usual_stays_as_usual() -> None:
    assert profile([6, 2], [100, 100], [0.75, 0.25], 4) == pytest.approx([0.75, 0.25])


def test_without_conversions_or_exposed_clicks_the_usual_is_all_there_is() -> None:
    assert profile([0, 0], [100, 50], [0.75, 0.25], 4) == [0.75, 0.25]
    assert profile([3, 1], [0, 0], [0.75, 0.25], 4) == [0.75, 0.25]


def test_what_has_come_is_the_bins_shares_as_far_as_each_has_come() -> None:
    assert arrived_share([0.25, 0.75], [[1, 1], [0, 0.5]]) == [0.25, 0.625]


@pytest.mark.parametrize(("age", "share"), [(0, 0.06), (0.5, 0.12), (12, 0.46), (24, 0.59), (240, 0.99), (OLD, 1)])
def test_at_first_conversions_come_as_usual(age: float, share: float) -> None:
    found = arrived_shares([[100.0]], [[0.0] * DELAY_BINS], arrivals([age]))
    assert found == [[pytest.approx(share)]]
    assert sum(USUAL) == pytest.approx(1)


def test_an_offer_is_shrunk_to_the_pool_and_the_pool_to_the_usual() -> None:
    """Of the pool 3 conversions and 5 like the usual, 6 % of which come at once; of the offer 3 and 3 like the pool."""
    at_once = [3.0] + [0.0] * (DELAY_BINS - 1)
    found = arrived_shares([[100, 0], [100, 0]], [at_once, [0.0] * DELAY_BINS], arrivals([OLD, 0]))
    pool = (3 + 5 * 0.06) / 8
    assert found[0] == pytest.approx([1, (3 + 3 * pool) / 6])
    assert found[1] == pytest.approx([1, pool])


def test_an_offer_that_converts_late_is_known_by_its_late_conversions() -> None:
    rows = [[600.0] + [0.0] * 16, [0.0] * 10 + [600.0] + [0.0] * 6]
    quick, slow = arrived_shares([[10_000, 0]] * 2, rows, arrivals([OLD, 36]))
    assert quick[1] == pytest.approx(1, abs=0.01)
    assert slow[1] == pytest.approx(0, abs=0.01)


def test_a_pool_without_offers_or_buckets_has_no_shares() -> None:
    assert arrived_shares([], [], arrivals([])) == []
    assert arrived_shares([[]], [[0.0] * DELAY_BINS], arrivals([])) == [[]]
