"""Checks of the optimizer's accuracy: compare recorded clicks and the uplift report with the ground truth."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from acceptance.learning import ground_truth
from acceptance.learning.findings import ApiDocument, Finding, RecordedClick
from chalicelib.routing.click_record import arm_draw_of

WINNING = 0.7
"""The winner of a segment must get more than this share of its optimized clicks."""

_COMPARED = ("optimized", "holdout")


def check_untouched_clicks(keys: Sequence[str], minimum: int) -> Finding:
    """Check that each offer got its untouched clicks. `keys` has the offer's key for each click."""
    counts = {offer.key: keys.count(offer.key) for offer in ground_truth.OFFERS}
    figures = ", ".join(f"{key} {count}" for key, count in counts.items())
    return Finding(f"every offer had its {minimum} untouched clicks", figures, min(counts.values()) >= minimum)


def check_winners(clicks: Sequence[RecordedClick], version: int, minimum: int) -> list[Finding]:
    """Check that each segment's winner got most optimized clicks of this weights version, of at least `minimum`."""
    optimized = [click for click in clicks if click.arm == "optimized" and click.weights_version == version]
    segments = [audience.segment for audience in ground_truth.AUDIENCES]
    return [
        _check_winner(segment, [click.key for click in optimized if click.segment == segment], minimum)
        for segment in segments
    ]


def _check_winner(segment: str, keys: Sequence[str], minimum: int) -> Finding:
    share, best = ground_truth.winner_share(segment, keys), ground_truth.winner(segment)
    claim = f"{segment}: its winner, {best}, has more than {WINNING:.0%} of the optimized clicks after the last run"
    holds = share > WINNING and len(keys) >= minimum
    return Finding(claim, f"{share:.1%} of {len(keys)} (at least {minimum})", holds)


def check_arms(clicks: Sequence[RecordedClick], holdout_percent: int) -> Finding:
    """Check that each click since the first weights is in the A/B arm that the hash of its ID selects."""
    assigned = [click for click in clicks if click.weights_version is not None]
    wrong = [click for click in assigned if click.arm != _arm(click.click_id, holdout_percent)]
    held_out = sum(click.arm == "holdout" for click in assigned)
    figures = f"{held_out} of {len(assigned)} held out, {len(wrong)} in another arm than their hash selects"
    claim = f"{holdout_percent} % of the clicks are held out, by their hash"
    return Finding(claim, figures, bool(held_out and not wrong))


def _arm(click_id: str, holdout_percent: int) -> str:
    return "holdout" if arm_draw_of(click_id) < holdout_percent / 100 else "optimized"


def check_uplift(document: ApiDocument, clicks: Sequence[RecordedClick], paid: Mapping[str, Decimal]) -> Finding:
    """Check that the report's interval contains the true uplift of these clicks.

    The true uplift is the difference of the mean true EPC of the chosen offers. The report's clicks and payouts of each
    arm must also equal the ledger's; `paid` is the payout by click ID.
    """
    claim = "the uplift report's 95 % interval contains the true uplift, and its arms equal the ledger's"
    epcs = [ground_truth.mean_epc(_choices(clicks, arm)) for arm in _COMPARED]
    if None in epcs or document["interval"] is None:
        return Finding(claim, f"nothing to compare: {document['verdict']}", holds=False)
    low, high = (float(bound) for bound in document["interval"])
    true = (epcs[0] or 0.0) - (epcs[1] or 0.0)
    expected = {arm: _clicks_and_payout(clicks, arm, paid) for arm in _COMPARED}
    reported = {arm: (document["arms"][arm]["clicks"], Decimal(document["arms"][arm]["value"])) for arm in _COMPARED}
    arms = ", ".join(f"{arm} {n} clicks {value:f} (ledger: {expected[arm][1]})" for arm, (n, value) in reported.items())
    figures = f"true {true:.6f}, reported {document['difference']}, interval {low:.6f} to {high:.6f}; {arms}"
    return Finding(claim, figures, reported == expected and low <= true <= high)


def _clicks_and_payout(clicks: Iterable[RecordedClick], arm: str, paid: Mapping[str, Decimal]) -> tuple[int, Decimal]:
    """Return the number of clicks of an arm, and their payouts."""
    payouts = [paid.get(click.click_id, Decimal(0)) for click in clicks if click.arm == arm]
    return len(payouts), sum(payouts, Decimal(0))


def _choices(clicks: Iterable[RecordedClick], arm: str) -> list[tuple[str, str]]:
    return [(click.segment, click.key) for click in clicks if click.arm == arm]
