from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.uplift.arm_counts import count_arm, list_currencies
from chalicelib.evaluation.uplift.estimator import Count
from chalicelib.reporting.aggregation import Groups

TEN, ELEVEN = "2026-11-21T10:00+00:00", "2026-11-21T11:00+00:00"
GROUPS: Groups = {
    (TEN, "optimized", "cmp_1", ""): [100, 0, 0, 0],
    (TEN, "optimized", "cmp_1", "USD"): [0, 2, 3_000_000, 4_000_000],
    (TEN, "optimized", "cmp_2", "USD"): [0, 1, 5_000_000, 6_000_000],
    (ELEVEN, "optimized", "cmp_1", "USD"): [50, 1, 1_500_000, 2_000_000],
    (TEN, "holdout", "cmp_1", "EUR"): [10, 0, 0, 0],
    (TEN, "", "cmp_1", "GBP"): [70, 9, 9_000_000, 9_000_000],
}


def test_arm_is_counted_by_hour_and_by_campaign() -> None:
    counts = count_arm(GROUPS, ExperimentArm.OPTIMIZED, OptimizationGoal.PROFIT)
    assert counts.by_hour == {TEN: Count(100, 3, 2_000_000), ELEVEN: Count(50, 1, 500_000)}
    assert counts.by_campaign == [Count(150, 3, 1_500_000), Count(0, 1, 1_000_000)]
    assert counts.total == Count(150, 4, 2_500_000)


def test_currencies_are_those_of_amounts_in_the_arms() -> None:
    assert list_currencies(GROUPS) == ["USD"]
