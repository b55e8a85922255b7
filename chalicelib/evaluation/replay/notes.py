"""What one must know to read a replay, in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.evaluation.replay.comparison import ActionJudgement, PolicyComparison, Verdict
from chalicelib.evaluation.replay.estimator import MIN_EFFECTIVE_CLICKS


@dataclass(frozen=True, slots=True)
class Reading:
    """How many clicks were `recorded`, how many of them `read`, and how many of those `left_out` as undecidable.

    `unlearned` are judged ones of an optimized edit from before anything was learned.
    """

    recorded: int
    read: int
    left_out: int = 0
    unlearned: int = 0


def notes(reading: Reading, judgement: PolicyComparison | None) -> list[str]:
    """The sentences, of the reading first; `judgement` is None where no click could be judged."""
    found = list(_of_reading(reading))
    if judgement is None:
        return [*found, "No click of this time can be judged."]
    return [*found, *_of_totals(judgement), *(note for each in judgement.actions for note in _of_action(each))]


def _of_reading(reading: Reading) -> Iterator[str]:
    if reading.read < reading.recorded:
        yield (
            f"{reading.read:,} of {reading.recorded:,} recorded clicks were read, an even sample; "
            "all figures are of the sample."
        )
    if reading.left_out:
        yield (
            f"Left out: {reading.left_out:,} of the clicks, as the learned weights that they were drawn by are no "
            "longer known, or a fault stopped their decision."
        )
    if reading.unlearned:
        yield (
            f"Before anything was learned came {reading.unlearned:,} of the clicks: there the edit is judged by its "
            "own weights."
        )


def _of_totals(judgement: PolicyComparison) -> Iterator[str]:
    if unknown := judgement.expected.unknown_share:
        yield (
            f"{unknown:.1%} of the expected clicks go where such visitors never, or hardly ever, "
            "went: what they would bring is not known, and all expected money leaves it out."
        )
    if judgement.clipped:
        yield (
            f"Cut to {judgement.bound:.0f}, the most that one may weigh: {judgement.clipped:,} of the clicks, much "
            "likelier under the edit; what is cut off counts as not known."
        )
    if judgement.effective < MIN_EFFECTIVE_CLICKS:
        yield f"All in all the clicks tell as much as {judgement.effective:.0f} would: too few to decide by."
    if not judgement.happened.earning.conversions:
        yield "None of the clicks converted, so nothing tells which way is better."


def _of_action(each: ActionJudgement) -> Iterator[str]:
    what = f"{each.action.campaign_id}{' as catch-all' if each.action.catch_all else ''}"
    clicks = f"{each.expected.clicks:,.0f} expected clicks"
    if each.verdict is Verdict.NO:
        yield f"{what} was never tried for the visitors that it would get: of its {clicks} nothing is known."
    elif unknown := each.expected.unknown_share:
        yield f"{what} was never, or hardly ever, tried for the visitors of {unknown:.1%} of its {clicks}."
    if each.verdict is Verdict.THIN:
        yield f"{what} is judged by few clicks: they tell as much as {each.effective:.0f} would."
