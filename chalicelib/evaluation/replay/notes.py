"""Notes on the reliability of a replay, in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.evaluation.replay.comparison import ActionComparison, PolicyComparison, Verdict
from chalicelib.evaluation.replay.estimator import MIN_EFFECTIVE_CLICKS


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """How many clicks were `recorded`, how many of these were `read`, and how many of those were `excluded`.

    `before_weights` are evaluated clicks of an optimized edit from before the first learned weights.
    """

    recorded: int
    read: int
    excluded: int = 0
    before_weights: int = 0


def notes(counts: ReadCounts, comparison: PolicyComparison | None) -> list[str]:
    """Return the notes, those on the clicks read first; `comparison` is None if no click could be evaluated."""
    on_counts = list(_count_notes(counts))
    if comparison is None:
        return [*on_counts, "No click in this range can be evaluated."]
    on_actions = (note for action in comparison.actions for note in _action_notes(action))
    return [*on_counts, *_total_notes(comparison), *on_actions]


def _count_notes(counts: ReadCounts) -> Iterator[str]:
    if counts.read < counts.recorded:
        yield (
            f"A uniform sample of {counts.read:,} of {counts.recorded:,} recorded clicks was read. "
            "All figures are for the sample."
        )
    if counts.excluded:
        yield f"Excluded clicks: {counts.excluded:,}. Their learned weights have expired or their decision failed."
    if counts.before_weights:
        yield (
            f"Clicks from before the first learned weights: {counts.before_weights:,}. "
            "They are evaluated with the configured weights."
        )


def _total_notes(comparison: PolicyComparison) -> Iterator[str]:
    if unknown := comparison.expected.unknown_share:
        yield (
            f"{unknown:.1%} of the expected clicks cannot be estimated: similar visitors were rarely or never sent "
            "there. Expected amounts exclude them."
        )
    if comparison.clipped:
        yield (
            f"Importance weights were clipped to {comparison.bound:.0f} for {comparison.clipped:,} of the clicks. "
            "The clipped part counts as unknown."
        )
    if comparison.effective_clicks < MIN_EFFECTIVE_CLICKS:
        yield f"The effective sample size is {comparison.effective_clicks:.0f} clicks, too few for a decision."
    if not comparison.happened.reward.conversions:
        yield "No click converted, so the two policies cannot be compared."


def _action_notes(comparison: ActionComparison) -> Iterator[str]:
    action, expected = comparison.action, comparison.expected
    name = f"{action.campaign_id}{' as catch-all' if action.catch_all else ''}"
    clicks = f"{expected.clicks:,.0f} expected clicks"
    if comparison.verdict is Verdict.NO:
        yield f"{name} was never selected for these visitors. Its {clicks} cannot be estimated."
    elif unknown := expected.unknown_share:
        yield f"{name} was rarely or never selected for the visitors of {unknown:.1%} of its {clicks}."
    if comparison.verdict is Verdict.THIN:
        yield f"{name} has an effective sample size of only {comparison.effective_clicks:.0f} clicks."
