"""Planned actions that are answered and count nowhere: after the window, events that are no goal, and second ones."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from acceptance.traffic.ledger import Click
from acceptance.traffic.plan import Kind, PlannedAction, PlannedCampaign

_NO_GOAL = "made-up"
_SECOND_SHARE = 1 / 2
_NO_GOAL_SHARE = 1 / 10


def plan_late_actions(clicks: Sequence[Click]) -> list[PlannedAction]:
    """Return one late action for each click."""
    return [PlannedAction(click, f"late-{n}", None, kind=Kind.LATE) for n, click in enumerate(clicks)]


def draw_uncounted(
    rng: Random, actions: Sequence[PlannedAction], campaigns: Sequence[PlannedCampaign]
) -> list[PlannedAction]:
    """Draw further actions on the clicks of these: second ones of goals that count once, and events that are no goal.

    An action that will be rejected gets no second one, which might count.
    """
    known = {campaign.id: campaign for campaign in campaigns}
    drawn = []
    for n, action in enumerate(actions):
        campaign = known[action.click.campaign or ""]
        plain = PlannedAction(action.click, None, action.event)
        if campaign.goal(action.event).once and not action.is_rejected and rng.random() < _SECOND_SHARE:
            drawn.append(replace(plain, txid=f"second-{n}", kind=Kind.SECOND))
        if campaign.goals and rng.random() < _NO_GOAL_SHARE:
            drawn.append(replace(plain, txid=f"label-{n}", event=_NO_GOAL, kind=Kind.NO_GOAL))
    return drawn
