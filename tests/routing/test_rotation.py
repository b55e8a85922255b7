from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import fsum, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.click import RejectionReason
from chalicelib.routing.rotation import Pick, pick, propensities, top_tier
from tests import strategies as some
from tests.builders import an_offer

GRID = [n / 10_000 for n in range(10_000)]
weight_lists = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=8)
some_weight = weight_lists.filter(any)
learned_weights = st.lists(st.just(0.0) | st.floats(1e-6, 1), min_size=1, max_size=8).filter(any)


def _share(weights: Sequence[float]) -> Counter[int]:
    """Return how often each position is drawn over the grid."""
    picks = (pick(range(len(weights)), weights, draw) for draw in GRID)
    return Counter(drawn.position for drawn in picks if drawn)


@pytest.mark.parametrize(
    ("weights", "drawn"),
    [
        pytest.param([3, 1], {0: 7_500, 1: 2_500}, id="3 to 1"),
        pytest.param([1, 3], {0: 2_500, 1: 7_500}, id="1 to 3"),
        pytest.param([5, 3, 2], {0: 5_000, 1: 3_000, 2: 2_000}, id="three offers"),
        pytest.param([1, 0, 1], {0: 5_000, 2: 5_000}, id="a zero in the middle"),
        pytest.param([0, 1], {1: 10_000}, id="a zero before"),
        pytest.param([1, 0], {0: 10_000}, id="a zero behind"),
        pytest.param([7], {0: 10_000}, id="one offer"),
        pytest.param([0.75, 0.25], {0: 7_500, 1: 2_500}, id="learned weights"),
        pytest.param([999_999, 1], {0: 10_000}, id="one in a million"),
    ],
)
def test_each_offer_takes_exactly_its_share_of_draws(weights: list[float], drawn: dict[int, int]) -> None:
    assert _share(weights) == drawn


def test_position_is_that_in_the_route() -> None:
    drawn = pick([4, 9], [1, 1], 0.5)

    assert drawn
    assert drawn.position == 9


@pytest.mark.parametrize("weights", [pytest.param([], id="none"), pytest.param([0, 0], id="zeros")])
def test_nothing_is_drawn_without_a_weight(weights: list[float]) -> None:
    assert pick(range(len(weights)), weights, 0.0) is None


@given(some_weight | learned_weights, some.draws)
def test_every_draw_picks_an_offer_with_a_weight(weights: list[float], draw: float) -> None:
    drawn = pick(range(len(weights)), weights, draw)

    assert drawn
    assert weights[drawn.position] > 0


@given(some_weight | learned_weights, some.draws)
def test_remaining_draw_is_at_least_0_and_below_1(weights: list[float], draw: float) -> None:
    drawn = pick(range(len(weights)), weights, draw)

    assert drawn
    assert 0 <= drawn.remaining_draw < 1


def test_remaining_draw_is_below_1_after_rounding() -> None:
    drawn = pick(range(3), [0.3, 0.52, 0.66], 0.5540540540540541)

    assert drawn
    assert (drawn.position, drawn.remaining_draw) == (1, 1 - 2**-53)


@pytest.mark.parametrize(
    ("draw", "position", "remaining"),
    [
        pytest.param(0.0, 0, 0.0, id="the first draw"),
        pytest.param(0.375, 0, 0.5, id="the middle of the first"),
        pytest.param(0.75, 1, 0.0, id="the first of the second"),
        pytest.param(0.875, 1, 0.5, id="the middle of the second"),
        pytest.param(1 - 2**-53, 1, 1 - 2**-51, id="the last draw"),
    ],
)
def test_remaining_draw_is_the_place_within_the_interval(draw: float, position: int, remaining: float) -> None:
    drawn = pick(range(2), [3, 1], draw)

    assert drawn
    assert (drawn.position, drawn.remaining_draw) == (position, remaining)


@given(some_weight | learned_weights, some.draws)
def test_draw_picks_the_first_offer_whose_share_ends_above_it(weights: list[float], draw: float) -> None:
    point, below = draw * sum(weights), 0.0
    for position, weight in enumerate(weights):
        if weight and point < below + weight:
            assert pick(range(len(weights)), weights, draw) == Pick(
                position, weight / sum(weights), min((point - below) / weight, 1 - 2**-53)
            )
            return
        below += weight
    pytest.fail("no share ends beyond the draw")


def test_draw_rounded_past_every_share_picks_the_last_offer_with_a_weight() -> None:
    assert pick(range(3), [0.0, 5e-324, 0.0], 0.9) == Pick(1, 1.0, 1 - 2**-53)


@given(some_weight)
def test_propensities_of_a_tier_sum_to_1(weights: list[int]) -> None:
    total, ends = sum(weights), accumulate(weights)
    middles = [(end - weight / 2) / total for weight, end in zip(weights, ends, strict=True) if weight]
    picks = [pick(range(len(weights)), weights, middle) for middle in middles]

    assert isclose(fsum(drawn.propensity for drawn in picks if drawn), 1, rel_tol=1e-15)


@given(some_weight | learned_weights, some.draws)
def test_propensity_of_a_pick_is_that_of_its_weight(weights: list[float], draw: float) -> None:
    drawn = pick(range(len(weights)), weights, draw)

    assert drawn
    assert drawn.propensity == propensities(weights)[drawn.position]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param([3, 1], [0.75, 0.25], id="3 to 1"),
        pytest.param([0.5, 0.0, 0.75], [0.4, 0.0, 0.6], id="learned"),
        pytest.param([0, 0], [0.0, 0.0], id="zeros"),
        pytest.param([], [], id="none"),
    ],
)
def test_propensity_is_the_share_of_the_total_weight(weights: list[float], expected: list[float]) -> None:
    assert propensities(weights) == expected


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any))
def test_propensity_is_the_share_of_draws(weights: list[int]) -> None:
    total = sum(weights)
    picks = [pick(range(len(weights)), weights, (n + 0.5) / total) for n in range(total)]
    drawn = Counter((each.position, each.propensity) for each in picks if each)

    assert drawn == {(position, weight / total): weight for position, weight in enumerate(weights) if weight}


@given(some_weight, some.draws, some.draws)
def test_higher_draw_never_picks_an_earlier_offer(weights: list[int], first: float, second: float) -> None:
    low, high = (pick(range(len(weights)), weights, draw) for draw in sorted([first, second]))

    assert low
    assert high
    assert low.position <= high.position


@pytest.mark.parametrize(
    ("weights", "drawn"),
    [
        pytest.param([5, 3, 2], {1: 6_000, 2: 4_000}, id="3 to 2 is left"),
        pytest.param([2, 1, 1], {1: 5_000, 2: 5_000}, id="1 to 1 is left"),
        pytest.param([5, 0, 5], {2: 10_000}, id="one is left"),
    ],
)
def test_second_choice_by_the_remaining_draw_is_unbiased(weights: list[int], drawn: dict[int, int]) -> None:
    def second(draw: float) -> Iterator[int]:
        first = pick(range(3), weights, draw)
        again = pick([1, 2], weights[1:], first.remaining_draw) if first and first.position == 0 else first
        yield from [again.position] if again else []

    assert Counter(position for draw in GRID for position in second(draw)) == drawn


def test_top_tier_has_the_eligible_offers_of_the_highest_priority() -> None:
    offers = [an_offer(priority=9), an_offer(priority=5), an_offer(priority=5), an_offer(priority=1)]

    assert top_tier(offers, [RejectionReason.CAP, None, None, None]) == [1, 2]


def test_tier_of_zero_weights_is_skipped() -> None:
    offers = [an_offer(priority=9, weight=0), an_offer(priority=5, weight=0), an_offer(priority=5, weight=2)]

    assert top_tier(offers, [None, None, None]) == [2]


def test_priority_may_be_negative() -> None:
    offers = [an_offer(priority=-1), an_offer(priority=-5)]

    assert top_tier(offers, [None, None]) == [0]


def test_without_an_eligible_offer_there_is_no_tier() -> None:
    assert top_tier([an_offer(), an_offer(weight=0)], [RejectionReason.BOT, None]) == []


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 1), st.booleans()), min_size=1, max_size=6))
def test_top_tier_has_the_highest_priority_of_drawable_offers(rows: list[tuple[int, int, bool]]) -> None:
    rows = sorted(rows, key=lambda row: -row[1])
    offers = [an_offer(weight=weight, priority=priority) for weight, priority, _ in rows]
    refusals = [RejectionReason.BOT if is_rejected else None for _, _, is_rejected in rows]
    drawable = [priority for weight, priority, is_rejected in rows if weight and not is_rejected]
    tier = [offers[position].priority for position in top_tier(offers, refusals)]

    assert tier == [priority for priority in drawable if priority == max(drawable)]
