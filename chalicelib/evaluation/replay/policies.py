"""The two policies that replay compares, as action probabilities: the logging policy and the target policy."""

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
"""Return whether a publisher (ID) currently has an approval of their own for a campaign (ID)."""

_TEMPORARY = (RejectionReason.CAP, RejectionReason.DUPLICATE)
_CHECKED_BEFORE_APPROVAL = (RejectionReason.DISABLED, RejectionReason.CAMPAIGN_PAUSED, RejectionReason.SCHEDULE)
_UNPAID = (Outcome.FAIL_URL, Outcome.FALLBACK, Outcome.NO_OFFER)


def logging_policy(click: LoggedClick) -> ActionProbabilities:
    """Return the probabilities of the click's actions at its time, over both draws, given the rejected offers.

    If the route does not allow the click's action, the logged propensity is used for it.
    """
    probabilities = _probabilities(click, click.route, click.rejections)
    return probabilities if click.action in probabilities else {click.action: click.propensity}


def target_policy(click: LoggedClick, edited: Route, is_approved: MayRun) -> ActionProbabilities:
    """Return the probabilities of the click's actions under the edited route, with the learned weights of its time.

    Eligibility is computed anew from the visitor. What the visitor does not determine (approval, cap, duplicate) is
    taken from the click's own rejections if they include the offer. For other offers current approvals apply.
    """
    logged = click.rejection_by_campaign

    def was_approved(campaign_id: str) -> bool:
        approval = _logged_approval(click.route, campaign_id, logged)
        return is_approved(click.context.link.publisher_id, campaign_id) if approval is None else approval

    computed = eligibility.rejections(edited, click.context, was_approved)
    rejections = [
        logged[campaign_id]
        if rejection is None and logged.get(campaign_id := offer.campaign.id) in _TEMPORARY
        else rejection
        for offer, rejection in zip(edited.offers, computed, strict=True)
    ]
    return _probabilities(click, edited, rejections)


def _logged_approval(route: Route, campaign_id: str, logged: Mapping[str, RejectionReason | None]) -> bool | None:
    """Return whether the publisher had the approval, or None if the click does not show it."""
    if route.access is OfferAccess.GRANT or campaign_id not in logged:
        return None
    rejection = logged[campaign_id]
    return None if rejection in _CHECKED_BEFORE_APPROVAL else rejection is not RejectionReason.NOT_APPROVED


def _probabilities(
    click: LoggedClick, route: Route, rejections: Sequence[RejectionReason | None]
) -> ActionProbabilities:
    visitor = click.context.visitor
    segments = segments_of(visitor.country, visitor.device)
    by_campaign = selection_probabilities(route, rejections, segments) if route.active else {}
    if by_campaign:
        return {Action(campaign_id): probability for campaign_id, probability in by_campaign.items()}
    catch_all = route.catch_all if route.active and click.context.link.publisher_active else None
    if catch_all and _catches(catch_all, click):
        return {Action(catch_all.campaign.id, catch_all=True): 1.0}
    return {NO_PAYING_OFFER: 1.0}


def _catches(catch_all: Offer, click: LoggedClick) -> bool:
    """Return whether the catch-all takes the click: not if it rejected this click although the visitor suits it."""
    previous = click.route.catch_all
    is_same = previous is not None and previous.campaign.id == catch_all.campaign.id
    if previous and is_same and click.outcome in _UNPAID and _suits(previous, click):
        return False
    return _suits(catch_all, click)


def _suits(catch_all: Offer, click: LoggedClick) -> bool:
    return eligibility.rejection(catch_all, click.context, lambda _: True) is None
