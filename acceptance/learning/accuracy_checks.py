"""Whether the platform has found the truth: from its clicks and its uplift report to findings."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from acceptance.learning import ground_truth
from acceptance.learning.findings import ApiDocument, Chosen, Finding
from chalicelib.routing.click_record import arm_draw_of

WINNING = 0.7
"""More than this share of a segment's optimized clicks is its winner's."""

_COMPARED = ("optimized", "holdout")


def untouched(keys: Sequence[str], least: int) -> Finding:
    """Whether each offer had its untouched clicks, given the keys of the offers that took the clicks."""
    counts = {offer.key: keys.count(offer.key) for offer in ground_truth.OFFERS}
    told = ", ".join(f"{key} {count}" for key, count in counts.items())
    return Finding(f"every offer had its {least} untouched clicks", told, min(counts.values()) >= least)


def winners(clicks: Sequence[Chosen], version: int, least: int) -> list[Finding]:
    """Whether each segment's winner has most of the clicks that these weights drew, at least so many."""
    drawn = [click for click in clicks if click.arm == "optimized" and click.weights_version == version]
    keys = {
        each.segment: [click.key for click in drawn if click.segment == each.segment] for each in ground_truth.AUDIENCES
    }
    return [_winner(segment, found, least) for segment, found in keys.items()]


def _winner(segment: str, keys: Sequence[str], least: int) -> Finding:
    share, best = ground_truth.best_share(segment, keys), ground_truth.winner(segment)
    claim = f"{segment}: its winner, {best}, has more than {WINNING:.0%} of the optimized clicks after the last run"
    return Finding(claim, f"{share:.1%} of {len(keys)} (at least {least})", share > WINNING and len(keys) >= least)


def arms(clicks: Sequence[Chosen], holdout_percent: int) -> Finding:
    """Whether each click since the first weights stands in the arm that its own hash tells."""
    armed = [click for click in clicks if click.weights_version is not None]
    wrong = [click for click in armed if click.arm != _arm(click.click_id, holdout_percent)]
    held = sum(click.arm == "holdout" for click in armed)
    figures = f"{held} of {len(armed)} held out, {len(wrong)} in another arm than their hash tells"
    return Finding(f"{holdout_percent} % of the clicks are held out, by their hash", figures, bool(held and not wrong))


def _arm(click_id: str, holdout_percent: int) -> str:
    return "holdout" if arm_draw_of(click_id) < holdout_percent / 100 else "optimized"


def uplift(document: ApiDocument, clicks: Sequence[Chosen], paid: Mapping[str, Decimal]) -> Finding:
    """Whether the report's interval holds what the optimized clicks truly earn more than the hold-out's.

    The true uplift is the difference of the mean true EPC of the offers that were chosen. The report must also know
    exactly as many clicks and as much money in each arm; `paid` is what was paid by click ID.
    """
    claim = "the uplift report's 95 % interval contains the true uplift, and its arms are those of the books"
    true = [ground_truth.mean_epc(_choices(clicks, arm)) for arm in _COMPARED]
    if None in true or document["interval"] is None:
        return Finding(claim, f"nothing to compare: {document['verdict']}", holds=False)
    low, high = (float(end) for end in document["interval"])
    wanted = (true[0] or 0.0) - (true[1] or 0.0)
    books = {arm: _books([click for click in clicks if click.arm == arm], paid) for arm in _COMPARED}
    said = {arm: (document["arms"][arm]["clicks"], Decimal(document["arms"][arm]["value"])) for arm in _COMPARED}
    told = ", ".join(f"{arm} {said[arm][0]} clicks {said[arm][1]:f} (books: {books[arm][1]})" for arm in _COMPARED)
    figures = f"true {wanted:.6f}, reported {document['difference']}, interval {low:.6f} to {high:.6f}; {told}"
    return Finding(claim, figures, said == books and low <= wanted <= high)


def _books(clicks: Sequence[Chosen], paid: Mapping[str, Decimal]) -> tuple[int, Decimal]:
    """How many clicks, and what was paid for them."""
    return len(clicks), sum((paid.get(click.click_id, Decimal(0)) for click in clicks), Decimal(0))


def _choices(clicks: Iterable[Chosen], arm: str) -> list[tuple[str, str]]:
    return [(click.segment, click.key) for click in clicks if click.arm == arm]
