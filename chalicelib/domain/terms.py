"""Terms: what one publisher is paid for a campaign, and their caps on it, where these differ from the campaign."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from chalicelib.domain.campaign import Campaign, Cap, CapMetric, CapScope, CapWindow, cap_from_document
from chalicelib.domain.goal import DEFAULT_GOAL, Goal
from chalicelib.domain.money import optional_decimal

MAX_CAMPAIGNS_WITH_CAPS = 200
"""Maximum number of campaigns for which one publisher's terms set caps: each of their links carries them all."""

FORMAT = 1
"""The format of the caps on a link."""


@dataclass(frozen=True, slots=True)
class GoalTerms:
    """What a publisher is paid for one goal; None is as the campaign says."""

    payout: Decimal | None = None
    payout_percent: Decimal | None = None

    def apply_to(self, goal: Goal) -> Goal:
        """Return the goal with this payout. Its revenue stays."""
        payout = goal.payout if self.payout is None else self.payout
        percent = goal.payout_percent if self.payout_percent is None else self.payout_percent
        return replace(goal, payout=payout, payout_percent=percent)


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """A publisher's terms for one campaign: `payout` and `payout_percent` of the goal `default`, `goals` by name.

    `caps` replace the campaign's caps of scope `publisher`, even if there are none of them; None keeps these.
    """

    payout: Decimal | None = None
    payout_percent: Decimal | None = None
    goals: Mapping[str, GoalTerms] = field(default_factory=dict)
    caps: tuple[Cap, ...] | None = None

    def apply_to_goal(self, goal: Goal) -> Goal:
        """Return a goal of the campaign with the payout of these terms. Its revenue stays."""
        if goal.name == DEFAULT_GOAL:
            return GoalTerms(self.payout, self.payout_percent).apply_to(goal)
        return self.goals.get(goal.name, GoalTerms()).apply_to(goal)

    def apply_to_caps(self, campaign: Campaign) -> Campaign:
        """Return the campaign with the caps that are in force under these terms."""
        return campaign if self.caps is None else campaign.with_publisher_caps(self.caps)


def from_document(stored: Mapping[str, Any]) -> CampaignTerms:
    """Return the terms for one campaign from their complete document."""
    caps = stored["caps"]
    return CampaignTerms(
        payout=optional_decimal(stored["payout"]),
        payout_percent=optional_decimal(stored["payout_percent"]),
        goals={
            goal["name"]: GoalTerms(optional_decimal(goal["payout"]), optional_decimal(goal["payout_percent"]))
            for goal in stored["goals"]
        },
        caps=None if caps is None else tuple(cap_from_document(cap) for cap in caps),
    )


def encode_link_caps(campaigns: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the caps that the terms of these campaigns set, as links carry them; None if they set none."""
    caps = {
        key: [[cap["metric"], cap["window"], cap["limit"], cap["timezone"]] for cap in terms["caps"]]
        for key, terms in campaigns.items()
        if terms["caps"] is not None
    }
    return json.dumps({"format": FORMAT, "caps": caps}, separators=(",", ":")) if caps else None


@lru_cache(maxsize=128)
def decode_link_caps(stored: str) -> Mapping[str, tuple[Cap, ...]]:
    """Return the caps of a link by campaign ID; cached because all links of a publisher carry the same."""
    campaigns = json.loads(stored)["caps"].items()
    return {key: tuple(_link_cap(*cap) for cap in caps) for key, caps in campaigns}


def _link_cap(metric: str, window: str, limit: str, timezone: str, *_: object) -> Cap:
    return Cap(CapMetric(metric), CapWindow(window), Decimal(limit), CapScope.PUBLISHER, timezone)
