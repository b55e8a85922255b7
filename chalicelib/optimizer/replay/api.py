"""The admin's call that judges an edit by logged clicks."""

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.access import membership
from chalicelib.domain.money import millionths
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Rotation
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.request import Request
from chalicelib.optimizer.earning import Earning, one_currency
from chalicelib.optimizer.period import period
from chalicelib.optimizer.replay import document, store
from chalicelib.optimizer.replay.estimate import bound
from chalicelib.optimizer.replay.judgement import Terms, judged
from chalicelib.optimizer.replay.logged import Action
from chalicelib.optimizer.replay.notes import Reading, notes
from chalicelib.optimizer.replay.policy import logging, proposed
from chalicelib.optimizer.replay.sample import size
from chalicelib.optimizer.replay.schema import Replay, ReplayDocument
from chalicelib.optimizer.replay.store import Recorded
from chalicelib.optimizer.replay.trial import Trials


def replay(request: Request, smartlink_id: str, body: Replay) -> ReplayDocument:
    """Judge an edit by logged clicks: what it would have brought against what happened. Writes nothing."""
    pool = membership.pool(smartlink_id)
    asked = period(body, request.now)
    settings, edited = store.edited(pool, body.smartlink)
    recorded = store.recorded(smartlink_id, asked, size(len(edited.offers)))
    earnings = store.earnings(smartlink_id, asked, recorded.sample)
    currency = one_currency(earnings.currencies)
    trials, reading = _tried(edited, recorded, earnings.by_click)
    found = judged(trials, _terms(edited), settings.goal) if trials.by_action else None
    return ReplayDocument(
        smartlink_id=smartlink_id,
        from_=timestamp(asked.start),
        to=timestamp(asked.end),
        goal=settings.goal,
        currency=currency,
        recorded=reading.recorded,
        read=reading.read,
        judged=len(trials.all),
        sampled=reading.read < reading.recorded,
        totals=found and document.totals(found, settings.goal),
        offers=[document.outcome(each) for each in found.actions] if found else [],
        notes=notes(reading, found),
    )


def _tried(edited: Route, recorded: Recorded, earned: Mapping[str, Earning]) -> tuple[Trials, Reading]:
    """The sampled clicks tried under the edited route, each with the learned weights that were in force for it."""
    trials, approved = Trials(bound(len(recorded.sample))), store.approved_now()
    left_out = unlearned = 0
    for click in store.logged_clicks(recorded.sample, earned):
        if click is None:
            left_out += 1
        else:
            learned = click.route.learned
            unlearned += edited.rotation is Rotation.OPTIMIZED and learned is None
            trials.add(click, logging(click), proposed(click, replace(edited, learned=learned), approved))
    return trials, Reading(recorded.count, len(recorded.sample), left_out, unlearned)


def _terms(edited: Route) -> Terms:
    """What one conversion brings, by offer in the route's order, then by the catch-all."""
    seats = [(offer.campaign, False) for offer in edited.offers]
    seats += [(edited.catch_all.campaign, True)] if edited.catch_all else []
    return {
        Action(campaign.id, catch_all): Earning(1, millionths(campaign.payout), millionths(campaign.revenue))
        for campaign, catch_all in seats
    }
