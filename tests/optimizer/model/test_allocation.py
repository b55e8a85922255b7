from math import log

import pytest

from chalicelib.optimizer.model import allocation
from chalicelib.optimizer.model.allocation import (
    Candidate,
    Shares,
    allocate,
    equal_shares,
    meet_payout_floor,
    mix,
    with_minimum,
)


def test_equal_shares_are_the_same_for_each_offer() -> None:
    assert equal_shares([3, 5, 6, 9]) == {3: 0.25, 5: 0.25, 6: 0.25, 9: 0.25}


def test_identical_offers_get_equal_shares() -> None:
    shares = allocate(dict.fromkeys(range(5), Candidate(0.02, 3, 100)), 1000)
    assert shares == dict.fromkeys(range(5), pytest.approx(0.2))


def test_single_offer_gets_all_clicks() -> None:
    assert allocate({4: Candidate(0.02, 3, 100)}, 1000) == {4: 1}


def test_clearly_worse_offer_gets_nothing() -> None:
    assert allocate({0: Candidate(0.2, 1000, 1000), 1: Candidate(0.1, 1000, 1000)}, 16) == {0: 1, 1: 0}


def test_less_tried_of_two_equal_offers_gets_parts_until_both_have_the_same_clicks() -> None:
    """Nine parts of 100 raise 100 clicks to 1,000; the other seven are divided."""
    shares = allocate({0: Candidate(0.02, 3, 1000), 1: Candidate(0.02, 3, 100)}, 1600)
    assert shares == {0: 3.5 / 16, 1: 12.5 / 16}


def test_each_part_goes_to_the_smallest_index() -> None:
    """The index of the worse offer is 2.5 · 4 · (2 - 1 - log 2) + log 10 = 5.371, that of the better one log N.

    N is 10, 110 and 210 for the first three parts (5.347), then 310 (5.737): the worse offer gets a part.
    After that its index is at least 11 times the evidence.
    """
    evidence = 2.5 * 4 * (1 - log(2))
    assert log(210) < evidence + log(10) < log(310)
    assert allocate({0: Candidate(0.2, 4, 10), 1: Candidate(0.1, 4, 10)}, 1600) == {0: 15 / 16, 1: 1 / 16}


def test_zero_clicks_count_as_one() -> None:
    assert allocate({0: Candidate(0.2, 4, 0), 1: Candidate(0.2, 4, 1)}, 16) == {0: 0.5, 1: 0.5}


def test_without_expected_clicks_the_smallest_index_gets_all() -> None:
    assert allocate({0: Candidate(0.2, 4, 10), 1: Candidate(0.1, 4, 10)}, 0) == {0: 1, 1: 0}


def test_offer_without_earnings_gets_nothing_next_to_an_earning_one() -> None:
    candidates = {0: Candidate(-0.5, 9, 10), 1: Candidate(0.0, 9, 0), 2: Candidate(0.001, 9, 10_000)}
    assert allocate(candidates, 1000) == {0: 0, 1: 0, 2: 1}


def test_smallest_loss_gets_all_if_no_offer_earns() -> None:
    candidates = {0: Candidate(-0.5, 9, 10), 1: Candidate(-0.1, 9, 10), 2: Candidate(-0.1, 2, 99)}
    assert allocate(candidates, 1000) == {0: 0, 1: 0.5, 2: 0.5}


def test_rounding_does_not_decide_between_equal_losses() -> None:
    assert 0.1 + 0.2 > 0.3
    assert allocate({0: Candidate(-(0.1 + 0.2), 9, 10), 1: Candidate(-0.3, 9, 10)}, 1000) == {0: 0.5, 1: 0.5}


def test_mix_weights_both_shares() -> None:
    assert mix({0: 1.0, 1: 0.0}, {1: 1.0}, 0.25) == {0: 0.75, 1: 0.25}


def test_each_offer_gets_its_minimum_and_the_rest_is_divided_as_before() -> None:
    shares = with_minimum({0: 0.75, 1: 0.25, 2: 0.0}, {0: 0.1, 2: 0.1})
    assert shares == pytest.approx({0: 0.8 * 0.75 + 0.1, 1: 0.8 * 0.25, 2: 0.1})


PAYOUTS = {0: 0.10, 1: 0.30}


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        pytest.param(0.05, {0: 1, 1: 0}, id="exceeded"),
        pytest.param(0.10, {0: 1, 1: 0}, id="met exactly"),
        pytest.param(0.20, {0: 0.5, 1: 0.5}, id="half way to the highest payout"),
        pytest.param(0.30, {0: 0, 1: 1}, id="reached only by the highest payout"),
        pytest.param(0.40, {0: 0, 1: 1}, id="not reachable"),
    ],
)
def test_shares_are_mixed_towards_the_highest_payout_no_more_than_needed(floor: float, expected: Shares) -> None:
    shares = meet_payout_floor({0: 1.0, 1: 0.0}, PAYOUTS, floor)
    assert shares == pytest.approx(expected)
    assert sum(share * PAYOUTS[index] for index, share in shares.items()) == pytest.approx(min(0.3, max(0.1, floor)))


def test_offers_tied_for_the_highest_payout_divide_the_mixed_part() -> None:
    shares = meet_payout_floor({0: 1.0, 1: 0.0, 2: 0.0}, {0: 0.1, 1: 0.3, 2: 0.3}, 0.2)
    assert shares == pytest.approx({0: 0.5, 1: 0.25, 2: 0.25})


def test_rounding_does_not_decide_between_equal_payouts() -> None:
    shares = meet_payout_floor({0: 1.0, 1: 0.0, 2: 0.0}, {0: 0.1, 1: 0.3, 2: 0.1 + 0.2}, 0.2)
    assert shares == pytest.approx({0: 0.5, 1: 0.25, 2: 0.25})


def test_equal_payouts_below_the_floor_get_equal_shares() -> None:
    assert meet_payout_floor({0: 1.0, 1: 0.0}, {0: 0.1, 1: 0.1}, 0.2) == {0: 0.5, 1: 0.5}


def test_evidence_against_the_best_offer_is_zero() -> None:
    assert allocation._evidence(Candidate(0.2, 100, 10), 0.2) == 0
