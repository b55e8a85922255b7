"""Checks that learning survives an edit and restarts after a reset, from runs, weights and clicks."""

from collections.abc import Mapping, Sequence

from acceptance.learning import ground_truth
from acceptance.learning.findings import ApiDocument, Finding, Keys, RecordedClick

ROUNDING = 0.01
"""Allowed relative loss of effective clicks after an edit: older clicks are discounted as time passes between runs."""

_LEARNED_REASONS = {"learned", "exploring"}

OfferRows = dict[tuple[str, str], ApiDocument]
"""A run's figures of the offers, by segment and key."""


def offer_rows(run: ApiDocument, keys: Keys) -> OfferRows:
    """Return the run's figures of the segments that have visitors here."""
    names = {audience.segment for audience in ground_truth.AUDIENCES}
    return {
        (segment["segment"], keys[offer["campaign_id"]]): offer
        for segment in run["segments"]
        if segment["segment"] in names
        for offer in segment["offers"]
    }


def check_learning_survives_edit(before: OfferRows, after: OfferRows) -> list[Finding]:
    """Check that the remaining offers keep their learned figures and get no new untouched clicks."""
    segments = [audience.segment for audience in ground_truth.AUDIENCES]
    return [finding for segment in segments for finding in _check_segment(segment, before, after)]


def _check_segment(segment: str, before: OfferRows, after: OfferRows) -> list[Finding]:
    remaining = [offer.key for offer in ground_truth.OFFERS if offer.key != ground_truth.SPARE]
    rows = {key: after[segment, key] for key in remaining if (segment, key) in after}
    is_complete = len(rows) == len(remaining) and (segment, ground_truth.SPARE) not in after
    counts = {key: (_effective_clicks(before[segment, key]), _effective_clicks(row)) for key, row in rows.items()}
    figures = ", ".join(f"{key} {old:.1f} → {new:.1f}" for key, (old, new) in counts.items())
    holds = is_complete and all(new >= old * (1 - ROUNDING) for old, new in counts.values())
    claim = f"{segment}: without {ground_truth.SPARE}, the others keep their effective clicks"
    return [Finding(claim, figures or "no weights", holds), _check_winner_leads(segment, rows)]


def _effective_clicks(row: ApiDocument) -> float:
    return float(row["effective_clicks"])


def _check_winner_leads(segment: str, rows: Mapping[str, ApiDocument]) -> Finding:
    best = ground_truth.winner(segment)
    shares = {key: float(row["share"]) for key, row in rows.items()}
    figures = ", ".join(f"{key} {shares[key]:.1%} {row['reason']}" for key, row in rows.items())
    are_learned = all(row["reason"] in _LEARNED_REASONS for row in rows.values())
    leads = bool(shares) and max(shares, key=lambda key: shares[key]) == best
    claim = f"{segment}: the winner, {best}, still has the largest share, with no new untouched clicks"
    return Finding(claim, figures or "no weights", are_learned and leads)


def check_reset(epochs: tuple[int, int], weights: ApiDocument) -> list[Finding]:
    """Check that a reset starts a new epoch without learned weights. `epochs` are those before and after the reset."""
    before, after = epochs
    figures = f"in force: {weights['in_force']}, segments: {len(weights['segments'])}, {weights['note']}"
    return [
        Finding("a reset begins a new epoch", f"{before} → {after}", after == before + 1),
        Finding("no weights are learned after it", figures, not (weights["in_force"] or weights["segments"])),
    ]


def check_clicks_after_reset(clicks: Sequence[RecordedClick], since: int) -> Finding:
    """Check that clicks of the new epoch use the configured weights, or weights newer than version `since`.

    `clicks` must not contain clicks that a process decided by the old, cached route.
    """
    fresh = [click for click in clicks if click.weights_version is None or click.weights_version > since]
    weighted = sum(click.arm == "weighted" for click in fresh)
    holds = bool(clicks) and len(fresh) == len(clicks) and weighted > 0
    return Finding("its clicks use the configured weights again", f"{weighted} of {len(clicks)}", holds)
