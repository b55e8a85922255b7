"""Builds the response of replay from a comparison."""

from math import inf

from chalicelib.admin.evaluation.replay_schemas import (
    ExpectedFigures,
    HappenedFigures,
    OfferRole,
    ReplayedOutcome,
    ReplayedTotals,
    ValuePerClick,
)
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.replay.comparison import ActionComparison, ExpectedOutcome, PolicyComparison, Tally
from chalicelib.evaluation.replay.estimator import ReplayEstimate
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action
from chalicelib.evaluation.reward import decimal_string


def outcome(comparison: ActionComparison) -> ReplayedOutcome:
    """Return the document of one action. The interval of payout per click starts at 0 or above."""
    return ReplayedOutcome(
        campaign_id=comparison.action.campaign_id or None,
        role=_role(comparison.action),
        happened=_happened(comparison.happened),
        expected=_expected(comparison.expected),
        epc_interval=_bounds(comparison.epc, minimum=0.0),
        effective_clicks=round(comparison.effective_clicks, 1),
        judged=comparison.verdict,
        unknown_share=_share(comparison.expected.unknown_share),
    )


def totals(comparison: PolicyComparison, goal: OptimizationGoal) -> ReplayedTotals:
    """Return the document of all actions, with value per click by the goal."""
    clicks = comparison.happened.clicks
    return ReplayedTotals(
        happened=_happened(comparison.happened),
        expected=_expected(comparison.expected),
        value_per_click=ValuePerClick(
            happened=decimal_string(comparison.happened.reward.value(goal) / clicks),
            expected=comparison.value and decimal_string(comparison.value.value),
            interval=_bounds(comparison.value),
            difference=comparison.difference and decimal_string(comparison.difference.value),
            difference_interval=_bounds(comparison.difference),
        ),
        effective_clicks=round(comparison.effective_clicks, 1),
        weight_bound=round(comparison.bound, 1),
        unknown_share=_share(comparison.expected.unknown_share),
    )


def _role(action: Action) -> OfferRole:
    if action == NO_PAYING_OFFER:
        return "fallback"
    return "catch_all" if action.catch_all else "offer"


def _happened(tally: Tally) -> HappenedFigures:
    reward, clicks = tally.reward, tally.clicks
    return HappenedFigures(
        clicks=clicks,
        conversions=int(reward.conversions),
        payout=decimal_string(reward.payout),
        revenue=decimal_string(reward.revenue),
        profit=decimal_string(reward.profit),
        epc=decimal_string(reward.payout / clicks) if clicks else None,
    )


def _expected(expected: ExpectedOutcome) -> ExpectedFigures:
    reward, known = expected.reward, expected.known
    return ExpectedFigures(
        clicks=round(expected.clicks, 1),
        conversions=reward and round(reward.conversions, 1),
        payout=reward and decimal_string(reward.payout),
        revenue=reward and decimal_string(reward.revenue),
        profit=reward and decimal_string(reward.profit),
        epc=decimal_string(reward.payout / known) if reward and known else None,
    )


def _bounds(estimate: ReplayEstimate | None, minimum: float = -inf) -> list[str] | None:
    if estimate is None or estimate.interval is None:
        return None
    return [decimal_string(max(bound, minimum)) for bound in estimate.interval]


def _share(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 6)
