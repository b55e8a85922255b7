"""Whether what was learned outlives an edit, and ends with a reset: from runs, weights and clicks to findings."""

from collections.abc import Mapping, Sequence

from acceptance.learning import ground_truth
from acceptance.learning.findings import ApiDocument, Chosen, Finding, Keys

ROUNDING = 0.01
"""What may be missing of the effective clicks after an edit: time goes on between two runs, and it forgets."""

_KEPT_REASONS = {"learned", "exploring"}

Rows = dict[tuple[str, str], ApiDocument]
"""What a run tells of an offer, by segment and key."""


def rows(run: ApiDocument, keys: Keys) -> Rows:
    """The run's figures of those segments that have visitors here."""
    names = {each.segment for each in ground_truth.AUDIENCES}
    return {
        (each["segment"], keys[offer["campaign_id"]]): offer
        for each in run["segments"]
        if each["segment"] in names
        for offer in each["offers"]
    }


def kept(before: Rows, after: Rows) -> list[Finding]:
    """Whether the offers that stayed kept what was learned of them, and go on without new untouched clicks."""
    return [finding for place in ground_truth.AUDIENCES for finding in _kept(place.segment, before, after)]


def _kept(segment: str, before: Rows, after: Rows) -> list[Finding]:
    stayed = [offer.key for offer in ground_truth.OFFERS if offer.key != ground_truth.SPARE]
    found = {key: after[segment, key] for key in stayed if (segment, key) in after}
    counts = {key: (_effective(before[segment, key]), _effective(row)) for key, row in found.items()}
    has_all = len(found) == len(stayed) and (segment, ground_truth.SPARE) not in after
    told = ", ".join(f"{key} {old:.1f} → {new:.1f}" for key, (old, new) in counts.items())
    holds = has_all and all(new >= old * (1 - ROUNDING) for old, new in counts.values())
    claim = f"{segment}: without {ground_truth.SPARE}, the others keep their effective clicks"
    return [Finding(claim, told or "no weights", holds), _favoured(segment, found)]


def _effective(row: ApiDocument) -> float:
    return float(row["effective_clicks"])


def _favoured(segment: str, found: Mapping[str, ApiDocument]) -> Finding:
    best = ground_truth.winner(segment)
    shares = {key: float(row["share"]) for key, row in found.items()}
    told = ", ".join(f"{key} {shares[key]:.1%} {row['reason']}" for key, row in found.items())
    judged = all(row["reason"] in _KEPT_REASONS for row in found.values())
    wins = bool(shares) and max(shares, key=lambda key: shares[key]) == best
    claim = f"{segment}: the winner, {best}, still has most, with no new untouched clicks"
    return Finding(claim, told or "no weights", judged and wins)


def forgotten(epochs: tuple[int, int], weights: ApiDocument) -> list[Finding]:
    """Whether a reset began a new epoch, of which nothing is learned. `epochs` are before and after it."""
    before, after = epochs
    known = f"in force: {weights['in_force']}, segments: {len(weights['segments'])}, {weights['note']}"
    return [
        Finding("a reset begins a new epoch", f"{before} → {after}", after == before + 1),
        Finding("after it nothing is learned", known, not (weights["in_force"] or weights["segments"])),
    ]


def unlearned(clicks: Sequence[Chosen], since: int) -> Finding:
    """Whether clicks on the new epoch go by the admin's weights, unless a run has learned others `since` that version.

    A click that a process still decided by the route of before is none of them.
    """
    fresh = [click for click in clicks if click.weights_version is None or click.weights_version > since]
    weighted = sum(click.arm == "weighted" for click in fresh)
    holds = bool(clicks) and len(fresh) == len(clicks) and weighted > 0
    return Finding("its clicks go by the admin's weights again", f"{weighted} of {len(clicks)}", holds)
