from chalicelib.evaluation.replay.comparison import ActionJudgement, ExpectedOutcome, PolicyComparison, Tally, Verdict
from chalicelib.evaluation.replay.logged_click import Action
from chalicelib.evaluation.replay.notes import Reading, notes
from chalicelib.evaluation.reward import Reward

SOME = Tally(1_000, Reward(20, 2, 2))


def an_action(name: str, verdict: Verdict, known: float, *, catch_all: bool = False) -> ActionJudgement:
    """An action that 2,000 clicks are expected of."""
    return ActionJudgement(Action(name, catch_all), SOME, ExpectedOutcome(2_000, known, None), None, 12.0, verdict)


def a_judgement(
    *actions: ActionJudgement, known: float = 1_000, tally: Tally = SOME, **figures: float
) -> PolicyComparison:
    """A judgement of 1,000 clicks."""
    return PolicyComparison(
        actions=actions,
        happened=tally,
        expected=ExpectedOutcome(1_000, known, None),
        value=None,
        difference=None,
        effective=figures.get("effective", 900),
        bound=141.4,
        clipped=int(figures.get("clipped", 0)),
    )


def test_where_all_is_known_there_is_nothing_to_note() -> None:
    assert notes(Reading(1_000, 1_000), a_judgement(an_action("cmp_1", Verdict.YES, 2_000))) == []


def test_what_was_not_read_or_left_out_is_said() -> None:
    assert notes(Reading(85_000, 20_000, left_out=3, unlearned=1_200), None) == [
        "20,000 of 85,000 recorded clicks were read, an even sample; all figures are of the sample.",
        (
            "Left out: 3 of the clicks, as the learned weights that they were drawn by are no longer known, or a fault "
            "stopped their decision."
        ),
        "Before anything was learned came 1,200 of the clicks: there the edit is judged by its own weights.",
        "No click of this time can be judged.",
    ]


def test_what_makes_all_figures_doubtful_is_said() -> None:
    assert notes(Reading(9, 9), a_judgement(known=750, clipped=40, effective=12, tally=Tally(1_000, Reward()))) == [
        (
            "25.0% of the expected clicks go where such visitors never, or hardly ever, went: what they would bring is "
            "not known, and all expected money leaves it out."
        ),
        (
            "Cut to 141, the most that one may weigh: 40 of the clicks, much likelier under the edit; what is cut off "
            "counts as not known."
        ),
        "All in all the clicks tell as much as 12 would: too few to decide by.",
        "None of the clicks converted, so nothing tells which way is better.",
    ]


def test_of_each_offer_it_is_said_how_far_it_can_be_judged() -> None:
    never = an_action("cmp_1", Verdict.NO, 0)
    partly = an_action("cmp_2", Verdict.YES, 1_500)
    thinly = an_action("cmp_3", Verdict.THIN, 2_000, catch_all=True)
    assert notes(Reading(9, 9), a_judgement(never, partly, thinly)) == [
        "cmp_1 was never tried for the visitors that it would get: of its 2,000 expected clicks nothing is known.",
        "cmp_2 was never, or hardly ever, tried for the visitors of 25.0% of its 2,000 expected clicks.",
        "cmp_3 as catch-all is judged by few clicks: they tell as much as 12 would.",
    ]
