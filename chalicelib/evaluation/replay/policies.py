"""The two policies that replay compares, as chances of actions: the one that was, and the one of the edit."""

from collections.abc import Callable, Mapping, Sequence

from chalicelib.domain.click import Outcome, RejectionReason
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Offer, OfferAccess
from chalicelib.evaluation.replay.logged_click import NO_PAYING_OFFER, Action, LoggedClick
from chalicelib.routing import eligibility
from chalicelib.routing.segments import segments_of
from chalicelib.routing.selection_probability import selection_probabilities

ActionProbabilities = Mapping[Action, float]
"""The probability of each action for one click; they sum to 1."""

MayRun = Callable[[str, str], bool]
"""Whether a publisher (ID) may run a campaign (ID) by an approval of their own, as of now."""

_OF_THE_MOMENT = (RejectionReason.CAP, RejectionReason.DUPLICATE)
_BEFORE_APPROVAL = (RejectionReason.DISABLED, RejectionReason.CAMPAIGN_PAUSED, RejectionReason.SCHEDULE)
_UNPAID = (Outcome.FAIL_URL, Outcome.FALLBACK, Outcome.NO_OFFER)


def logging_policy(click: LoggedClick) -> ActionProbabilities:
    """What could have become of the click when it came, over draw and lot, given which offers were refused.

    Where the route does not let it go where it went, the click's own propensity stands for that.
    """
    found = _chances(click, click.route, click.refusals)
    return found if click.action in found else {click.action: click.propensity}


def target_policy(click: LoggedClick, edited: Route, approved: MayRun) -> ActionProbabilities:
    """What would become of the click under the edited route, which has the learned weights that were in force.

    Eligibility is computed anew from the visitor. What the visitor does not tell (an approval, a cap, a duplicate of
    that moment) is taken from the click's own refusals where they know the offer; for others approvals are as of now.
    """
    refused = click.refused

    def admitted(campaign_id: str) -> bool:
        known = _was_approved(click.route, campaign_id, refused)
        return approved(click.arrival.link.publisher_id, campaign_id) if known is None else known

    computed = eligibility.refusals(edited, click.arrival, admitted)
    refusals = [
        refused[campaign_id]
        if refusal is None and refused.get(campaign_id := offer.campaign.id) in _OF_THE_MOMENT
        else refusal
        for offer, refusal in zip(edited.offers, computed, strict=True)
    ]
    return _chances(click, edited, refusals)


def _was_approved(route: Route, campaign_id: str, refused: Mapping[str, RejectionReason | None]) -> bool | None:
    """Whether the publisher had the approval; None where the click does not tell."""
    if route.access is OfferAccess.GRANT or campaign_id not in refused:
        return None
    refusal = refused[campaign_id]
    return None if refusal in _BEFORE_APPROVAL else refusal is not RejectionReason.NOT_APPROVED


def _chances(click: LoggedClick, route: Route, refusals: Sequence[RejectionReason | None]) -> ActionProbabilities:
    visitor = click.arrival.visitor
    found = (
        selection_probabilities(route, refusals, segments_of(visitor.country, visitor.device)) if route.active else {}
    )
    if found:
        return {Action(campaign_id): chance for campaign_id, chance in found.items()}
    last = route.catch_all if route.active and click.arrival.link.publisher_active else None
    return {Action(last.campaign.id, catch_all=True) if last and _catches(last, click) else NO_PAYING_OFFER: 1.0}


def _catches(last: Offer, click: LoggedClick) -> bool:
    """Whether the catch-all takes the click: not where it refused this very click though the visitor suited it."""
    was_last = click.route.catch_all
    if was_last and was_last.campaign.id == last.campaign.id and click.outcome in _UNPAID and _suits(was_last, click):
        return False
    return _suits(last, click)


def _suits(last: Offer, click: LoggedClick) -> bool:
    return eligibility.refusal(last, click.arrival, lambda _: True) is None
