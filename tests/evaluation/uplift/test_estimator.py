import random
from collections.abc import Sequence
from math import exp, inf, sin, sqrt

import pytest

from chalicelib.evaluation.student_t import t_critical_value
from chalicelib.evaluation.uplift.estimator import ArmCounts, Count, estimate_uplift

Pair = tuple[int, float]


def an_arm(*hours: Pair, by_campaign: Sequence[Count] | None = None) -> ArmCounts:
    """Return an arm with these clicks and values by hour; by default of one campaign with conversions of value 1."""
    counts = {f"{hour:03}": Count(clicks, round(value), value) for hour, (clicks, value) in enumerate(hours)}
    arm = ArmCounts(counts, [])
    return ArmCounts(counts, [arm.total] if by_campaign is None else by_campaign)


def test_value_per_click_is_total_value_over_total_clicks() -> None:
    result = estimate_uplift(an_arm((100, 3), (300, 5)), an_arm((50, 1), (50, 0)))
    values = [each and each.value for each in (result.optimized, result.holdout, result.difference)]
    assert values == [0.02, 0.01, 0.01]


def test_variance_is_that_of_paired_hourly_residuals() -> None:
    optimized, holdout = (
        an_arm((10, 40), (10, 0), (10, 20), by_campaign=[]),
        an_arm((5, 20), (5, 0), (5, 5), by_campaign=[]),
    )
    # Residuals per click: (20, -20, 0) / 30 and (35/3, -25/3, -10/3) / 15.
    paired = [20 / 30 - 35 / 45, -20 / 30 + 25 / 45, 10 / 45]
    spread = 3 / 2 * sum(each**2 for each in paired)
    result = estimate_uplift(optimized, holdout)
    noise = (85 / 85) ** 2 * (1 / 30**2 + 1 / 15**2)
    degrees = 2 * noise**2 / (1 / 30**4 + 1 / 15**4)
    half = t_critical_value(min(2, degrees)) * sqrt(max(spread, noise))
    assert result.difference
    assert result.difference.interval == pytest.approx((20 / 10 - 25 / 15 - half, 20 / 10 - 25 / 15 + half))


def test_hours_without_clicks_do_not_count() -> None:
    assert estimate_uplift(an_arm((10, 1), (0, 0), (0, 0), (10, 1)), an_arm((5, 0), (0, 0), (1, 0))).blocks == 3


def test_variance_is_never_below_that_of_counting() -> None:
    even = estimate_uplift(an_arm(*[(100, 1)] * 50), an_arm(*[(100, 1)] * 50))
    assert even.difference
    counting = sqrt(50 / 5000**2 + 50 / 5000**2)
    assert even.difference.interval[1] == pytest.approx(t_critical_value(49) * counting)


def test_fewer_than_three_hours_use_only_the_counting_variance() -> None:
    result = estimate_uplift(an_arm((100, 40), (100, 0)), an_arm((100, 10), (100, 10)))
    assert result.difference
    assert result.difference.interval[1] - 0.1 == pytest.approx(t_critical_value(2 * 60**2 / 60) * sqrt(60) / 200)


def test_many_conversions_use_the_normal_distribution() -> None:
    many = an_arm((10**9, 10**8), by_campaign=[Count(0, 10**8, 10**8)])
    result = estimate_uplift(many, many)
    assert result.difference
    assert result.difference.interval[1] == pytest.approx(t_critical_value(inf) * sqrt(2 * 10**8) / 10**9)


def test_rare_expensive_conversions_widen_the_interval() -> None:
    usual = an_arm((1000, 40), by_campaign=[Count(0, 40, 40)])
    expensive = an_arm((1000, 40), by_campaign=[Count(0, 20, 20), Count(0, 1, 20)])
    both = [estimate_uplift(usual, each).holdout for each in (usual, expensive)]
    widths = [each.interval[1] - each.interval[0] for each in both if each]
    assert widths[1] > 3 * widths[0]


def test_arm_without_conversions_counts_as_if_it_had_a_usual_one() -> None:
    result = estimate_uplift(an_arm((100, 10)), an_arm((10, 0)))
    assert result.holdout
    assert result.holdout.interval == pytest.approx((-t_critical_value(2) / 10, t_critical_value(2) / 10))


def test_interval_without_any_conversion_is_empty() -> None:
    result = estimate_uplift(an_arm((100, 0)), an_arm((10, 0)))
    assert result.difference
    assert result.difference.interval == (0, 0)


@pytest.mark.parametrize("clicks", [(0, 10), (10, 0), (0, 0)])
def test_arm_without_clicks_has_no_value_per_click(clicks: tuple[int, int]) -> None:
    result = estimate_uplift(an_arm((clicks[0], 0)), an_arm((clicks[1], 0)))
    assert result.difference is None
    assert [each is not None for each in (result.optimized, result.holdout)] == [each > 0 for each in clicks]


def _poisson(generator: random.Random, mean: float) -> int:
    count, product, limit = 0, generator.random(), exp(-mean)
    while product > limit:
        count, product = count + 1, product * generator.random()
    return count


def _contains_truth(seed: int) -> bool:
    """Return whether the interval contains the truth, for three days with daily and random variation of both arms."""
    generator = random.Random(seed)  # noqa: S311 - a simulation
    rates = ((0.040, 0.010), (0.032, 0.009))
    hours: list[list[Pair]] = [[], []]
    totals = [[0, 0], [0, 0]]
    for hour in range(72):
        variation = exp(0.3 * generator.gauss(0, 1) - 0.045)
        for arm, share in enumerate((60, 30)):
            clicks = _poisson(generator, share * (1 + 0.5 * sin(hour / 24 * 6.283)))
            counts = [_poisson(generator, clicks * rate * variation) for rate in rates[arm]]
            hours[arm].append((clicks, 2 * counts[0] + 10 * counts[1]))
            totals[arm] = [total + count for total, count in zip(totals[arm], counts, strict=True)]
    arms = [
        an_arm(
            *hours[arm],
            by_campaign=[Count(0, totals[arm][0], 2 * totals[arm][0]), Count(0, totals[arm][1], 10 * totals[arm][1])],
        )
        for arm in (0, 1)
    ]
    result = estimate_uplift(*arms).difference
    assert result
    return result.interval[0] <= 0.180 - 0.154 <= result.interval[1]


def test_interval_contains_the_truth_in_95_percent_of_simulations() -> None:
    assert 0.93 <= sum(_contains_truth(seed) for seed in range(400)) / 400 <= 0.97
