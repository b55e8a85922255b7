from chalicelib.evaluation.replay.comparison import ActionComparison, ExpectedOutcome, PolicyComparison, Tally, Verdict
from chalicelib.evaluation.replay.logged_click import Action
from chalicelib.evaluation.replay.notes import ReadCounts, notes
from chalicelib.evaluation.reward import Reward

TALLY = Tally(1_000, Reward(20, 2, 2))


def an_action(name: str, verdict: Verdict, known: float, *, catch_all: bool = False) -> ActionComparison:
    """Return an action with 2,000 expected clicks."""
    return ActionComparison(Action(name, catch_all), TALLY, ExpectedOutcome(2_000, known, None), None, 12.0, verdict)


def a_comparison(
    *actions: ActionComparison, known: float = 1_000, tally: Tally = TALLY, **figures: float
) -> PolicyComparison:
    """Return a comparison of 1,000 clicks."""
    return PolicyComparison(
        actions=actions,
        happened=tally,
        expected=ExpectedOutcome(1_000, known, None),
        value=None,
        difference=None,
        effective_clicks=figures.get("effective", 900),
        bound=141.4,
        clipped=int(figures.get("clipped", 0)),
    )


def test_reliable_comparison_has_no_notes() -> None:
    assert notes(ReadCounts(1_000, 1_000), a_comparison(an_action("cmp_1", Verdict.YES, 2_000))) == []


def test_unread_and_excluded_clicks_are_noted() -> None:
    assert notes(ReadCounts(85_000, 20_000, excluded=3, before_weights=1_200), None) == [
        "A uniform sample of 20,000 of 85,000 recorded clicks was read. All figures are for the sample.",
        "Excluded clicks: 3. Their learned weights have expired or their decision failed.",
        ("Clicks from before the first learned weights: 1,200. They are evaluated with the configured weights."),
        "No click in this range can be evaluated.",
    ]


def test_unreliable_totals_are_noted() -> None:
    assert notes(ReadCounts(9, 9), a_comparison(known=750, clipped=40, effective=12, tally=Tally(1_000, Reward()))) == [
        (
            "25.0% of the expected clicks cannot be estimated: similar visitors were rarely or never sent there. "
            "Expected amounts exclude them."
        ),
        "Importance weights were clipped to 141 for 40 of the clicks. The clipped part counts as unknown.",
        "The effective sample size is 12 clicks, too few for a decision.",
        "No click converted, so the two policies cannot be compared.",
    ]


def test_unreliable_actions_are_noted() -> None:
    never = an_action("cmp_1", Verdict.NO, 0)
    partly = an_action("cmp_2", Verdict.YES, 1_500)
    thinly = an_action("cmp_3", Verdict.THIN, 2_000, catch_all=True)
    assert notes(ReadCounts(9, 9), a_comparison(never, partly, thinly)) == [
        "cmp_1 was never selected for these visitors. Its 2,000 expected clicks cannot be estimated.",
        "cmp_2 was rarely or never selected for the visitors of 25.0% of its 2,000 expected clicks.",
        "cmp_3 as catch-all has an effective sample size of only 12 clicks.",
    ]
