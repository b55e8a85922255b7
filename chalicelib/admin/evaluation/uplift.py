"""The admin's call that asks what optimization earns."""

from collections.abc import Sequence

from chalicelib.access import membership
from chalicelib.admin.evaluation.period import period
from chalicelib.admin.evaluation.uplift_schemas import ArmFigures, Arms, UpliftDocument, UpliftQuery
from chalicelib.domain.click import ExperimentArm
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.domain.timestamps import timestamp
from chalicelib.evaluation.reward import decimal_string, one_currency
from chalicelib.evaluation.uplift import arm_counts, cell_reader, summary
from chalicelib.evaluation.uplift.estimator import Count, Uplift, UpliftEstimate, UpliftInterval
from chalicelib.evaluation.uplift.estimator import uplift as compared
from chalicelib.http.request import Request


def uplift(request: Request, smartlink_id: str, query: UpliftQuery) -> UpliftDocument:
    """Compare what optimized clicks and the hold-out's earn per click."""
    goal = OptimizationGoal(membership.pool(smartlink_id).settings["goal"])
    asked = period(query, request.now)
    groups = cell_reader.groups(smartlink_id, asked)
    currency = _currency(arm_counts.currencies(groups), goal)
    optimized, holdout = (
        arm_counts.of_arm(groups, arm, goal) for arm in (ExperimentArm.OPTIMIZED, ExperimentArm.HOLDOUT)
    )
    found, totals = compared(optimized, holdout), (optimized.total, holdout.total)
    return UpliftDocument(
        smartlink_id=smartlink_id,
        from_=timestamp(asked.start),
        to=timestamp(asked.end),
        goal=goal,
        currency=currency,
        arms=Arms(optimized=_arm(totals[0], found.optimized), holdout=_arm(totals[1], found.holdout)),
        difference=found.difference and decimal_string(found.difference.value),
        interval=found.difference and _bounds(found.difference.interval),
        relative=_relative(found),
        blocks=found.blocks,
        enough_data=summary.is_enough(*totals),
        verdict=_verdict(found, totals, goal, currency),
    )


def _currency(currencies: Sequence[str], goal: OptimizationGoal) -> str | None:
    """The one currency, if any; conversions of several can be counted all the same."""
    return one_currency(currencies) if goal.counts_money or len(currencies) == 1 else None


def _arm(total: Count, found: UpliftEstimate | None) -> ArmFigures:
    return ArmFigures(
        clicks=total.clicks,
        conversions=total.conversions,
        value=decimal_string(total.value),
        value_per_click=found and decimal_string(found.value),
        interval=found and _bounds(found.interval),
    )


def _bounds(interval: UpliftInterval) -> list[str]:
    return [decimal_string(end) for end in interval]


def _relative(found: Uplift) -> str | None:
    """The difference over the hold-out's value per click, where that is more than nothing."""
    if not (found.difference and found.holdout and found.holdout.value > 0):
        return None
    return decimal_string(found.difference.value / found.holdout.value * MONEY)


def _verdict(found: Uplift, totals: tuple[Count, Count], goal: OptimizationGoal, currency: str | None) -> str:
    if found.difference and summary.is_enough(*totals):
        return summary.compared(found.difference.interval, goal, currency)
    return summary.too_little(*totals)
