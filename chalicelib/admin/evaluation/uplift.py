"""Endpoint of uplift."""

from collections.abc import Sequence

from chalicelib.access import membership
from chalicelib.admin.evaluation.period import evaluation_period
from chalicelib.admin.evaluation.uplift_schemas import ArmFigures, Arms, UpliftDocument, UpliftQuery
from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.domain.timestamps import timestamp
from chalicelib.evaluation.reward import decimal_string, single_currency
from chalicelib.evaluation.uplift import arm_counts, cell_reader, summary
from chalicelib.evaluation.uplift.estimator import Count, Uplift, UpliftEstimate, UpliftInterval, estimate_uplift
from chalicelib.http.request import Request


def uplift(request: Request, smartlink_id: str, query: UpliftQuery) -> UpliftDocument:
    """Compare the value per click of optimized and hold-out clicks."""
    goal = OptimizationGoal(membership.get_smartlink_or_404(smartlink_id).settings["goal"])
    period = evaluation_period(query, request.now)
    groups = cell_reader.read_groups(smartlink_id, period)
    currency = _currency(arm_counts.list_currencies(groups), goal)
    optimized, holdout = (
        arm_counts.count_arm(groups, arm, goal) for arm in (ExperimentArm.OPTIMIZED, ExperimentArm.HOLDOUT)
    )
    result, totals = estimate_uplift(optimized, holdout), (optimized.total, holdout.total)
    return UpliftDocument(
        smartlink_id=smartlink_id,
        from_=timestamp(period.start),
        to=timestamp(period.end),
        goal=goal,
        currency=currency,
        arms=Arms(optimized=_arm(totals[0], result.optimized), holdout=_arm(totals[1], result.holdout)),
        difference=result.difference and decimal_string(result.difference.value),
        interval=result.difference and _bounds(result.difference.interval),
        relative=_relative(result),
        blocks=result.blocks,
        enough_data=summary.has_enough_data(*totals),
        verdict=_verdict(result, totals, goal, currency),
    )


def _currency(currencies: Sequence[str], goal: OptimizationGoal) -> str | None:
    """Return the only currency, if there is one. Several are an error unless the goal counts conversions."""
    return single_currency(currencies) if goal.counts_money or len(currencies) == 1 else None


def _arm(total: Count, estimate: UpliftEstimate | None) -> ArmFigures:
    return ArmFigures(
        clicks=total.clicks,
        conversions=total.conversions,
        value=decimal_string(total.value),
        value_per_click=estimate and decimal_string(estimate.value),
        interval=estimate and _bounds(estimate.interval),
    )


def _bounds(interval: UpliftInterval) -> list[str]:
    return [decimal_string(bound) for bound in interval]


def _relative(result: Uplift) -> str | None:
    """Return the difference divided by the hold-out's value per click, or None if that is not positive."""
    if not (result.difference and result.holdout and result.holdout.value > 0):
        return None
    return decimal_string(result.difference.value / result.holdout.value * MONEY)


def _verdict(result: Uplift, totals: tuple[Count, Count], goal: OptimizationGoal, currency: str | None) -> str:
    if result.difference and summary.has_enough_data(*totals):
        return summary.describe_difference(result.difference.interval, goal, currency)
    return summary.describe_missing_data(*totals)
