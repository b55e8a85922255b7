"""Endpoint of replay."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.access import membership
from chalicelib.admin import route_publishing
from chalicelib.admin.evaluation import replay_document
from chalicelib.admin.evaluation.period import replay_period
from chalicelib.admin.evaluation.replay_schemas import Replay, ReplayDocument
from chalicelib.admin.smartlinks.references import SmartlinkReferences
from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.domain.money import millionths
from chalicelib.domain.route import Route
from chalicelib.domain.smartlink import Rotation
from chalicelib.domain.timestamps import timestamp
from chalicelib.evaluation.replay import click_reader
from chalicelib.evaluation.replay.click_reader import RecordedClicks
from chalicelib.evaluation.replay.comparison import RewardsPerConversion, compare_policies
from chalicelib.evaluation.replay.estimator import weight_bound
from chalicelib.evaluation.replay.importance_weights import WeightedClicks
from chalicelib.evaluation.replay.logged_click import Action
from chalicelib.evaluation.replay.notes import ReadCounts, notes
from chalicelib.evaluation.replay.policies import logging_policy, target_policy
from chalicelib.evaluation.replay.sampling import sample_size
from chalicelib.evaluation.reward import Reward, single_currency
from chalicelib.http.error_details import Error, below
from chalicelib.http.models import Body, Patch, validate
from chalicelib.http.problems import ValidationFailed, errors_of
from chalicelib.http.request import Request
from chalicelib.http.time_range import TimeRangeQuery
from chalicelib.reporting.lists.click_search import kept_from
from chalicelib.routing import route_codec
from chalicelib.tables.smartlinks import SmartlinkRow


def apply_edit(
    request: Request, smartlink: SmartlinkRow, changes: Mapping[str, Any]
) -> tuple[SmartlinkSettings, Route]:
    """Return the settings after a PATCH with these changes, and the route that it would publish.

    Raise `ValidationFailed`, with pointers into `/smartlink`, if the PATCH would be rejected.
    """
    try:
        references = SmartlinkReferences(request, smartlink.settings)
        settings = Patch(SmartlinkSettings, changes).apply_to(smartlink.settings, references.errors)
        document = settings.model_dump(mode="json")
        row = SmartlinkRow(smartlink.id, status=smartlink.status, settings=document, epoch=smartlink.epoch)
        packed = route_publishing.encode_route(row, references.campaigns.values())
    except ValidationFailed as error:
        raise ValidationFailed(*below("/smartlink", error.errors)) from error
    return settings, route_codec.decode(packed, version=0)


def replay(request: Request, smartlink_id: str, body: Body[Replay]) -> ReplayDocument:
    """Estimate from logged clicks what an edit would have earned. Nothing is stored."""
    smartlink = membership.get_smartlink_or_404(smartlink_id)
    valid = body.validated(lambda sent: _errors(request, smartlink, sent))
    kept = kept_from(request.now)
    period = replay_period(valid, kept, request.now)
    settings, edited = apply_edit(request, smartlink, valid.smartlink)
    recorded = click_reader.read_recorded_clicks(smartlink_id, period, sample_size(len(edited.offers)))
    rewards = click_reader.read_rewards(smartlink_id, period, recorded.sample)
    currency = single_currency(rewards.currencies)
    weighted, counts = _weigh_clicks(edited, recorded, rewards.by_click)
    comparison = None
    if weighted.by_action:
        comparison = compare_policies(weighted, _configured_rewards(edited), settings.goal)
    return ReplayDocument(
        smartlink_id=smartlink_id,
        from_=timestamp(period.start),
        to=timestamp(period.end),
        clicks_kept_from=timestamp(kept),
        goal=settings.goal,
        currency=currency,
        recorded=counts.recorded,
        read=counts.read,
        judged=len(weighted.all),
        sampled=counts.read < counts.recorded,
        totals=comparison and replay_document.totals(comparison, settings.goal),
        offers=[replay_document.outcome(action) for action in comparison.actions] if comparison else [],
        notes=notes(counts, comparison),
    )


def _errors(request: Request, smartlink: SmartlinkRow, sent: Mapping[str, Any]) -> list[Error]:
    """Return the errors of the range and of the edit, as far as the body can be read."""
    bounds = {name: sent[name] for name in ("from", "to") if name in sent}
    of_range = errors_of(lambda: replay_period(validate(TimeRangeQuery, bounds), kept_from(request.now), request.now))
    edit = sent.get("smartlink")
    of_edit = errors_of(lambda: apply_edit(request, smartlink, edit)) if isinstance(edit, dict) else ()
    return [*of_range, *of_edit]


def _weigh_clicks(
    edited: Route, recorded: RecordedClicks, rewards: Mapping[str, Reward]
) -> tuple[WeightedClicks, ReadCounts]:
    """Return the sampled clicks weighted for the edited route, each with the learned weights of its time."""
    weighted, is_approved = WeightedClicks(weight_bound(len(recorded.sample))), click_reader.current_approvals()
    excluded = before_weights = 0
    for click in click_reader.read_logged_clicks(recorded.sample, rewards):
        if click is None:
            excluded += 1
        else:
            learned = click.route.learned
            before_weights += edited.rotation is Rotation.OPTIMIZED and learned is None
            target = target_policy(click, replace(edited, learned=learned), is_approved)
            weighted.add(click, logging_policy(click), target)
    return weighted, ReadCounts(recorded.count, len(recorded.sample), excluded, before_weights)


def _configured_rewards(edited: Route) -> RewardsPerConversion:
    """Return the configured reward of a conversion for each offer in the route's order, then for the catch-all."""
    actions = [(offer.campaign, False) for offer in edited.offers]
    actions += [(edited.catch_all.campaign, True)] if edited.catch_all else []
    return {
        Action(campaign.id, is_catch_all): Reward(1, millionths(campaign.payout), millionths(campaign.revenue))
        for campaign, is_catch_all in actions
    }
