"""Counts of each arm by hour and by campaign, from grouped counter cells."""

from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.reward import Reward
from chalicelib.evaluation.uplift.estimator import ArmCounts, Count
from chalicelib.reporting.aggregation import Groups

DIMENSIONS = ("hour", "arm", "campaign", "currency")
COUNTS = ("unique_clicks", "conversions", "payout", "revenue")
"""The dimensions and the sums of the groups, in this order."""


def list_currencies(groups: Groups) -> list[str]:
    """Return the currencies of all amounts of both arms, sorted."""
    return sorted({currency for (_, arm, _, currency), sums in groups.items() if arm and any(sums[2:])})


def count_arm(groups: Groups, arm: ExperimentArm, goal: OptimizationGoal) -> ArmCounts:
    """Return the arm's clicks and conversions with their value by the goal (in millionths)."""
    by_hour: dict[str, Count] = {}
    by_campaign: dict[str, Count] = {}
    for (hour, group_arm, campaign, _), (clicks, conversions, payout, revenue) in groups.items():
        if group_arm == arm:
            count = Count(clicks, conversions, Reward(conversions, payout, revenue).value(goal))
            by_hour[hour] = by_hour.get(hour, Count()).plus(count)
            by_campaign[campaign] = by_campaign.get(campaign, Count()).plus(count)
    return ArmCounts(by_hour, list(by_campaign.values()))
