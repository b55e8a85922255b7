from math import log

import pytest

from chalicelib.optimizer.model import allocation
from chalicelib.optimizer.model.allocation import Candidate, Shares, evenly, floored, mixed, paying, shares


def test_evenly_is_the_same_for_each() -> None:
    assert evenly([3, 5, 6, 9]) == {3: 0.25, 5: 0.25, 6: 0.25, 9: 0.25}


def test_what_cannot_be_told_apart_shares_evenly() -> None:
    assert shares(dict.fromkeys(range(5), Candidate(0.02, 3, 100)), 1000) == dict.fromkeys(range(5), pytest.approx(0.2))


def test_one_alone_gets_all() -> None:
    assert shares({4: Candidate(0.02, 3, 100)}, 1000) == {4: 1}


def test_what_is_known_to_be_worse_gets_nothing() -> None:
    assert shares({0: Candidate(0.2, 1000, 1000), 1: Candidate(0.1, 1000, 1000)}, 16) == {0: 1, 1: 0}


def test_of_equal_ones_the_less_tried_gets_the_parts_until_both_are_tried_alike() -> None:
    """Nine parts of 100 lift 100 clicks to 1,000; the other seven are shared."""
    found = shares({0: Candidate(0.02, 3, 1000), 1: Candidate(0.02, 3, 100)}, 1600)
    assert found == {0: 3.5 / 16, 1: 12.5 / 16}


def test_each_part_goes_where_the_evidence_against_it_is_least() -> None:
    """The worse one's index is 2.5 · 4 · (2 - 1 - log 2) + log 10 = 5.371, the better one's log N.

    N is 10, 110 and 210 for the first three parts (5.347), then 310 (5.737): the worse one's turn. After that its
    index is 11 times the evidence and more.
    """
    against = 2.5 * 4 * (1 - log(2))
    assert log(210) < against + log(10) < log(310)
    assert shares({0: Candidate(0.2, 4, 10), 1: Candidate(0.1, 4, 10)}, 1600) == {0: 15 / 16, 1: 1 / 16}


def test_no_click_counts_like_one() -> None:
    assert shares({0: Candidate(0.2, 4, 0), 1: Candidate(0.2, 4, 1)}, 16) == {0: 0.5, 1: 0.5}


def test_where_no_click_is_expected_the_next_one_would_go_to_the_least_index() -> None:
    assert shares({0: Candidate(0.2, 4, 10), 1: Candidate(0.1, 4, 10)}, 0) == {0: 1, 1: 0}


def test_what_earns_nothing_gets_nothing_while_another_earns() -> None:
    candidates = {0: Candidate(-0.5, 9, 10), 1: Candidate(0.0, 9, 0), 2: Candidate(0.001, 9, 10_000)}
    assert shares(candidates, 1000) == {0: 0, 1: 0, 2: 1}


def test_where_nothing_earns_the_least_loss_gets_all() -> None:
    candidates = {0: Candidate(-0.5, 9, 10), 1: Candidate(-0.1, 9, 10), 2: Candidate(-0.1, 2, 99)}
    assert shares(candidates, 1000) == {0: 0, 1: 0.5, 2: 0.5}


def test_rounding_does_not_choose_between_equal_losses() -> None:
    assert 0.1 + 0.2 > 0.3
    assert shares({0: Candidate(-(0.1 + 0.2), 9, 10), 1: Candidate(-0.3, 9, 10)}, 1000) == {0: 0.5, 1: 0.5}


def test_a_mixture_has_its_part_of_both() -> None:
    assert mixed({0: 1.0, 1: 0.0}, {1: 1.0}, 0.25) == {0: 0.75, 1: 0.25}


def test_each_gets_its_least_and_the_rest_is_shared_as_before() -> None:
    found = floored({0: 0.75, 1: 0.25, 2: 0.0}, {0: 0.1, 2: 0.1})
    assert found == pytest.approx({0: 0.8 * 0.75 + 0.1, 1: 0.8 * 0.25, 2: 0.1})


PAYOUTS = {0: 0.10, 1: 0.30}


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        pytest.param(0.05, {0: 1, 1: 0}, id="paid anyway"),
        pytest.param(0.10, {0: 1, 1: 0}, id="just paid"),
        pytest.param(0.20, {0: 0.5, 1: 0.5}, id="half way to what pays most"),
        pytest.param(0.30, {0: 0, 1: 1}, id="only what pays most pays so much"),
        pytest.param(0.40, {0: 0, 1: 1}, id="nothing pays so much"),
    ],
)
def test_shares_are_mixed_towards_what_pays_most_no_more_than_needed(floor: float, expected: Shares) -> None:
    found = paying({0: 1.0, 1: 0.0}, PAYOUTS, floor)
    assert found == pytest.approx(expected)
    assert sum(share * PAYOUTS[place] for place, share in found.items()) == pytest.approx(min(0.3, max(0.1, floor)))


def test_those_that_pay_most_share_what_is_mixed_in() -> None:
    found = paying({0: 1.0, 1: 0.0, 2: 0.0}, {0: 0.1, 1: 0.3, 2: 0.3}, 0.2)
    assert found == pytest.approx({0: 0.5, 1: 0.25, 2: 0.25})


def test_rounding_does_not_choose_between_those_that_pay_the_same() -> None:
    found = paying({0: 1.0, 1: 0.0, 2: 0.0}, {0: 0.1, 1: 0.3, 2: 0.1 + 0.2}, 0.2)
    assert found == pytest.approx({0: 0.5, 1: 0.25, 2: 0.25})


def test_where_all_pay_the_same_too_little_they_share_evenly() -> None:
    assert paying({0: 1.0, 1: 0.0}, {0: 0.1, 1: 0.1}, 0.2) == {0: 0.5, 1: 0.5}


def test_evidence_is_none_against_the_best() -> None:
    assert allocation._evidence(Candidate(0.2, 100, 10), 0.2) == 0
