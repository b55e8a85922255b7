"""A judgement as its document says it."""

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
from chalicelib.evaluation.replay.comparison import ActionJudgement, ExpectedOutcome, PolicyComparison, Tally
from chalicelib.evaluation.replay.estimator import ReplayEstimate
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action
from chalicelib.evaluation.reward import decimal_string


def outcome(found: ActionJudgement) -> ReplayedOutcome:
    """One action; payout per click has no interval below 0."""
    return ReplayedOutcome(
        campaign_id=found.action.campaign_id or None,
        role=_role(found.action),
        happened=_happened(found.happened),
        expected=_expected(found.expected),
        epc_interval=_bounds(found.epc, least=0.0),
        effective_clicks=round(found.effective, 1),
        judged=found.verdict,
        unknown_share=_share(found.expected.unknown_share),
    )


def totals(found: PolicyComparison, goal: OptimizationGoal) -> ReplayedTotals:
    """All actions, with value per click by the goal."""
    clicks = found.happened.clicks
    return ReplayedTotals(
        happened=_happened(found.happened),
        expected=_expected(found.expected),
        value_per_click=ValuePerClick(
            happened=decimal_string(found.happened.earning.value(goal) / clicks),
            expected=found.value and decimal_string(found.value.value),
            interval=_bounds(found.value),
            difference=found.difference and decimal_string(found.difference.value),
            difference_interval=_bounds(found.difference),
        ),
        effective_clicks=round(found.effective, 1),
        weight_bound=round(found.bound, 1),
        unknown_share=_share(found.expected.unknown_share),
    )


def _role(action: Action) -> OfferRole:
    if action == NO_PAYING_OFFER:
        return "fallback"
    return "catch_all" if action.catch_all else "offer"


def _happened(tally: Tally) -> HappenedFigures:
    earning, clicks = tally.earning, tally.clicks
    return HappenedFigures(
        clicks=clicks,
        conversions=int(earning.conversions),
        payout=decimal_string(earning.payout),
        revenue=decimal_string(earning.revenue),
        profit=decimal_string(earning.profit),
        epc=decimal_string(earning.payout / clicks) if clicks else None,
    )


def _expected(forecast: ExpectedOutcome) -> ExpectedFigures:
    earning, known = forecast.earning, forecast.known
    return ExpectedFigures(
        clicks=round(forecast.clicks, 1),
        conversions=earning and round(earning.conversions, 1),
        payout=earning and decimal_string(earning.payout),
        revenue=earning and decimal_string(earning.revenue),
        profit=earning and decimal_string(earning.profit),
        epc=decimal_string(earning.payout / known) if earning and known else None,
    )


def _bounds(found: ReplayEstimate | None, least: float = -inf) -> list[str] | None:
    if found is None or found.interval is None:
        return None
    return [decimal_string(max(end, least)) for end in found.interval]


def _share(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 6)
