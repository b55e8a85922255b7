"""The admin's call that judges an edit by logged clicks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.access import membership
from chalicelib.admin import route_publishing
from chalicelib.admin.evaluation import replay_document
from chalicelib.admin.evaluation.period import period
from chalicelib.admin.evaluation.replay_schemas import Replay, ReplayDocument
from chalicelib.admin.smartlinks import storage
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.domain.money import millionths
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Rotation
from chalicelib.domain.timestamps import timestamp
from chalicelib.evaluation.replay import click_reader
from chalicelib.evaluation.replay.click_reader import Recorded
from chalicelib.evaluation.replay.comparison import RewardsPerConversion, compare_policies
from chalicelib.evaluation.replay.estimator import weight_bound
from chalicelib.evaluation.replay.importance_weights import WeightedClicks
from chalicelib.evaluation.replay.logged_click import Action
from chalicelib.evaluation.replay.notes import Reading, notes
from chalicelib.evaluation.replay.policies import logging_policy, target_policy
from chalicelib.evaluation.replay.sampling import size
from chalicelib.evaluation.reward import Reward, one_currency
from chalicelib.http.models import Patch
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.routing import route_codec
from chalicelib.tables.smartlinks import SmartlinkRow


def proposed_edit(pool: SmartlinkRow, changes: Mapping[str, Any]) -> tuple[SmartlinkSettings, Route]:
    """The settings that a PATCH with these changes would leave, and the route that it would publish.

    `Invalid` where it would be refused, with pointers into `/smartlink`.
    """
    try:
        settings = Patch(SmartlinkSettings, changes).apply_to(pool.settings)
        document = settings.model_dump(mode="json")
        held = storage.checked_campaigns(document)
        row = SmartlinkRow(pool.id, status=pool.status, settings=document, epoch=pool.epoch)
        packed = route_publishing.packed_route(row, held.values())
    except ValidationFailed as error:
        complaints = ((f"/smartlink{pointer}", detail) for pointer, detail in error.errors)
        raise ValidationFailed(*complaints) from error
    return settings, route_codec.unpacked(packed, version=0)


def replay(request: Request, smartlink_id: str, body: Replay) -> ReplayDocument:
    """Judge an edit by logged clicks: what it would have brought against what happened. Writes nothing."""
    pool = membership.pool(smartlink_id)
    asked = period(body, request.now)
    settings, edited = proposed_edit(pool, body.smartlink)
    recorded = click_reader.recorded(smartlink_id, asked, size(len(edited.offers)))
    earnings = click_reader.earnings(smartlink_id, asked, recorded.sample)
    currency = one_currency(earnings.currencies)
    trials, reading = _tried(edited, recorded, earnings.by_click)
    found = compare_policies(trials, _terms(edited), settings.goal) if trials.by_action else None
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
        totals=found and replay_document.totals(found, settings.goal),
        offers=[replay_document.outcome(each) for each in found.actions] if found else [],
        notes=notes(reading, found),
    )


def _tried(edited: Route, recorded: Recorded, earned: Mapping[str, Reward]) -> tuple[WeightedClicks, Reading]:
    """The sampled clicks tried under the edited route, each with the learned weights that were in force for it."""
    trials, approved = WeightedClicks(weight_bound(len(recorded.sample))), click_reader.approved_now()
    left_out = unlearned = 0
    for click in click_reader.logged_clicks(recorded.sample, earned):
        if click is None:
            left_out += 1
        else:
            learned = click.route.learned
            unlearned += edited.rotation is Rotation.OPTIMIZED and learned is None
            trials.add(click, logging_policy(click), target_policy(click, replace(edited, learned=learned), approved))
    return trials, Reading(recorded.count, len(recorded.sample), left_out, unlearned)


def _terms(edited: Route) -> RewardsPerConversion:
    """What one conversion brings, by offer in the route's order, then by the catch-all."""
    seats = [(offer.campaign, False) for offer in edited.offers]
    seats += [(edited.catch_all.campaign, True)] if edited.catch_all else []
    return {
        Action(campaign.id, catch_all): Reward(1, millionths(campaign.payout), millionths(campaign.revenue))
        for campaign, catch_all in seats
    }
