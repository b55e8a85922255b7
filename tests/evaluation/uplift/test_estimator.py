import random
from collections.abc import Sequence
from math import exp, inf, sin, sqrt

import pytest

from chalicelib.evaluation.student_t import t_critical_value
from chalicelib.evaluation.uplift.estimator import ArmCounts, Count, uplift

Pair = tuple[int, float]


def an_arm(*hours: Pair, kinds: Sequence[Count] | None = None) -> ArmCounts:
    """An arm with these clicks and values by the hour; of one kind of conversion, each worth 1, unless said."""
    counts = {f"{hour:03}": Count(clicks, round(value), value) for hour, (clicks, value) in enumerate(hours)}
    arm = ArmCounts(counts, [])
    return ArmCounts(counts, [arm.total] if kinds is None else kinds)


def test_value_per_click_is_all_value_over_all_clicks() -> None:
    found = uplift(an_arm((100, 3), (300, 5)), an_arm((50, 1), (50, 0)))
    values = [each and each.value for each in (found.optimized, found.holdout, found.difference)]
    assert values == [0.02, 0.01, 0.01]


def test_the_variance_is_that_of_the_paired_residuals_of_the_hours() -> None:
    optimized, holdout = an_arm((10, 40), (10, 0), (10, 20), kinds=[]), an_arm((5, 20), (5, 0), (5, 5), kinds=[])
    # Residuals per click: (20, -20, 0) / 30 and (35/3, -25/3, -10/3) / 15.
    paired = [20 / 30 - 35 / 45, -20 / 30 + 25 / 45, 10 / 45]
    spread = 3 / 2 * sum(each**2 for each in paired)
    found = uplift(optimized, holdout)
    noise = (85 / 85) ** 2 * (1 / 30**2 + 1 / 15**2)
    degrees = 2 * noise**2 / (1 / 30**4 + 1 / 15**4)
    half = t_critical_value(min(2, degrees)) * sqrt(max(spread, noise))
    assert found.difference
    assert found.difference.interval == pytest.approx((20 / 10 - 25 / 15 - half, 20 / 10 - 25 / 15 + half))


def test_hours_in_which_nobody_clicked_do_not_count() -> None:
    assert uplift(an_arm((10, 1), (0, 0), (0, 0), (10, 1)), an_arm((5, 0), (0, 0), (1, 0))).blocks == 3


def test_the_variance_is_never_below_what_counting_makes() -> None:
    even = uplift(an_arm(*[(100, 1)] * 50), an_arm(*[(100, 1)] * 50))
    assert even.difference
    counting = sqrt(50 / 5000**2 + 50 / 5000**2)
    assert even.difference.interval[1] == pytest.approx(t_critical_value(49) * counting)


def test_of_fewer_than_three_hours_only_counting_is_used() -> None:
    found = uplift(an_arm((100, 40), (100, 0)), an_arm((100, 10), (100, 10)))
    assert found.difference
    assert found.difference.interval[1] - 0.1 == pytest.approx(t_critical_value(2 * 60**2 / 60) * sqrt(60) / 200)


def test_many_conversions_of_any_kind_leave_the_normal_law() -> None:
    many = an_arm((10**9, 10**8), kinds=[Count(0, 10**8, 10**8)])
    found = uplift(many, many)
    assert found.difference
    assert found.difference.interval[1] == pytest.approx(t_critical_value(inf) * sqrt(2 * 10**8) / 10**9)


def test_rare_dear_conversions_widen_the_interval() -> None:
    usual = an_arm((1000, 40), kinds=[Count(0, 40, 40)])
    dear = an_arm((1000, 40), kinds=[Count(0, 20, 20), Count(0, 1, 20)])
    both = [uplift(usual, each).holdout for each in (usual, dear)]
    widths = [each.interval[1] - each.interval[0] for each in both if each]
    assert widths[1] > 3 * widths[0]


def test_an_arm_without_conversions_counts_as_if_it_had_a_usual_one() -> None:
    found = uplift(an_arm((100, 10)), an_arm((10, 0)))
    assert found.holdout
    assert found.holdout.interval == pytest.approx((-t_critical_value(2) / 10, t_critical_value(2) / 10))


def test_without_any_conversion_nothing_is_known_of_the_spread() -> None:
    found = uplift(an_arm((100, 0)), an_arm((10, 0)))
    assert found.difference
    assert found.difference.interval == (0, 0)


@pytest.mark.parametrize("clicks", [(0, 10), (10, 0), (0, 0)])
def test_an_arm_without_a_click_has_no_value_per_click(clicks: tuple[int, int]) -> None:
    found = uplift(an_arm((clicks[0], 0)), an_arm((clicks[1], 0)))
    assert found.difference is None
    assert [each is not None for each in (found.optimized, found.holdout)] == [each > 0 for each in clicks]


def _poisson(chance: random.Random, mean: float) -> int:
    count, product, limit = 0, chance.random(), exp(-mean)
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count


def _simulated(seed: int) -> bool:
    """Whether the interval holds the truth: three days with a rhythm and moods that both arms share."""
    chance = random.Random(seed)  # noqa: S311 - a made-up world
    rates = ((0.040, 0.010), (0.032, 0.009))
    hours: list[list[Pair]] = [[], []]
    kinds = [[0, 0], [0, 0]]
    for hour in range(72):
        mood = exp(0.3 * chance.gauss(0, 1) - 0.045)
        for arm, share in enumerate((60, 30)):
            clicks = _poisson(chance, share * (1 + 0.5 * sin(hour / 24 * 6.283)))
            counts = [_poisson(chance, clicks * rate * mood) for rate in rates[arm]]
            hours[arm].append((clicks, 2 * counts[0] + 10 * counts[1]))
            kinds[arm] = [had + more for had, more in zip(kinds[arm], counts, strict=True)]
    arms = [
        an_arm(
            *hours[arm], kinds=[Count(0, kinds[arm][0], 2 * kinds[arm][0]), Count(0, kinds[arm][1], 10 * kinds[arm][1])]
        )
        for arm in (0, 1)
    ]
    found = uplift(*arms).difference
    assert found
    return found.interval[0] <= 0.180 - 0.154 <= found.interval[1]


def test_the_interval_holds_the_truth_19_times_out_of_20() -> None:
    assert 0.93 <= sum(_simulated(seed) for seed in range(400)) / 400 <= 0.97
