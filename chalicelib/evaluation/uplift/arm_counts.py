"""Groups of counter cells → what each arm did, by the pool's goal."""

from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.reward import Reward
from chalicelib.evaluation.uplift.estimator import ArmCounts, Count
from chalicelib.reporting.aggregation import Groups

DIMENSIONS = ("hour", "arm", "campaign", "currency")
COUNTS = ("unique_clicks", "conversions", "payout", "revenue")
"""What the groups are by, and their sums, in this order."""


def currencies(groups: Groups) -> list[str]:
    """The currencies of all money of both arms, in order."""
    return sorted({currency for (_, arm, _, currency), sums in groups.items() if arm and any(sums[2:])})


def of_arm(groups: Groups, arm: ExperimentArm, goal: OptimizationGoal) -> ArmCounts:
    """The arm's clicks and conversions with their value by the goal (in millionths): by the hour, and by campaign."""
    hours: dict[str, Count] = {}
    kinds: dict[str, Count] = {}
    for (hour, its_arm, campaign, _), (clicks, conversions, payout, revenue) in groups.items():
        if its_arm == arm:
            more = Count(clicks, conversions, Reward(conversions, payout, revenue).value(goal))
            hours[hour] = hours.get(hour, Count()).plus(more)
            kinds[campaign] = kinds.get(campaign, Count()).plus(more)
    return ArmCounts(hours, list(kinds.values()))
