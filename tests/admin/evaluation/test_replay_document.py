from chalicelib.admin.evaluation.replay_document import outcome, totals
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.evaluation.replay.comparison import ActionComparison, ExpectedOutcome, PolicyComparison, Tally, Verdict
from chalicelib.evaluation.replay.estimator import ReplayEstimate
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action
from chalicelib.evaluation.reward import Reward

HAPPENED = Tally(100, Reward(4, 6_000_000, 8_000_000))
EXPECTED = ExpectedOutcome(200.04, 150, Reward(7.54, 12_000_000, 15_000_000))
EPC = ReplayEstimate(80_000, (-10_000, 170_000))
SHOWN_HAPPENED = {
    "clicks": 100,
    "conversions": 4,
    "payout": "6.000000",
    "revenue": "8.000000",
    "profit": "2.000000",
    "epc": "0.060000",
}
SHOWN_EXPECTED = {
    "clicks": 200.0,
    "conversions": 7.5,
    "payout": "12.000000",
    "revenue": "15.000000",
    "profit": "3.000000",
    "epc": "0.080000",
}


def test_offer_has_observed_and_expected_figures() -> None:
    document = outcome(ActionComparison(Action("cmp_1"), HAPPENED, EXPECTED, EPC, 81.23, Verdict.YES))
    assert document.model_dump(mode="json") == {
        "campaign_id": "cmp_1",
        "role": "offer",
        "happened": SHOWN_HAPPENED,
        "expected": SHOWN_EXPECTED,
        "epc_interval": ["0.000000", "0.170000"],
        "effective_clicks": 81.2,
        "judged": "yes",
        "unknown_share": 0.25015,
    }


def test_unknown_figures_are_null() -> None:
    nothing = Tally(0, Reward())
    document = outcome(
        ActionComparison(Action("cmp_9", catch_all=True), nothing, ExpectedOutcome(9, 0, None), None, 0, Verdict.NO)
    )
    assert (document.role, document.happened.epc, document.epc_interval, document.unknown_share) == (
        "catch_all",
        None,
        None,
        1,
    )
    shown = document.expected.model_dump()
    assert (shown.pop("clicks"), set(shown.values())) == (9, {None})


def test_fallback_has_no_campaign_and_earns_nothing() -> None:
    document = outcome(
        ActionComparison(NO_PAYING_OFFER, Tally(5, Reward()), ExpectedOutcome(0, 0, Reward()), None, 5, Verdict.YES)
    )
    assert (document.role, document.campaign_id, document.happened.epc) == ("fallback", None, "0.000000")
    assert (document.expected.payout, document.expected.epc) == ("0.000000", None)


def test_totals_have_value_per_click_by_the_goal() -> None:
    difference = ReplayEstimate(-5_000, (-9_000, -1_000))
    comparison = PolicyComparison([], HAPPENED, EXPECTED, ReplayEstimate(15_000, None), difference, 81.23, 141.42, 0)
    assert totals(comparison, OptimizationGoal.PROFIT).model_dump(mode="json") == {
        "happened": SHOWN_HAPPENED,
        "expected": SHOWN_EXPECTED,
        "value_per_click": {
            "happened": "0.020000",
            "expected": "0.015000",
            "interval": None,
            "difference": "-0.005000",
            "difference_interval": ["-0.009000", "-0.001000"],
        },
        "effective_clicks": 81.2,
        "weight_bound": 141.4,
        "unknown_share": 0.25015,
    }


def test_totals_without_an_estimate_are_null() -> None:
    document = totals(
        PolicyComparison([], HAPPENED, EXPECTED, None, None, 0, 10, 0), OptimizationGoal.EPC
    ).value_per_click
    shown = document.model_dump()
    assert (shown.pop("happened"), set(shown.values())) == ("0.060000", {None})
