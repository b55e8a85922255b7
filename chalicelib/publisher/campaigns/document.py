"""A campaign as a publisher who holds it may see it: payouts, own caps and targeting, without the advertiser's data."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.campaign import Campaign, CapMetric, CapScope
from chalicelib.domain.money import decimal_text
from chalicelib.domain.terms import CampaignTerms
from chalicelib.publisher.smartlinks.offers import payout_fields

Settings = Mapping[str, Any]


def campaign_fields(settings: Settings, campaign: Campaign, terms: CampaignTerms) -> dict[str, Any]:
    """Return the fields of a publisher's campaign under their terms, without those of the approval."""
    goals = [terms.apply_to_goal(goal) for goal in campaign.goals]
    return {
        **{name: settings[name] for name in ("name", "status", "currency")},
        **payout_fields(terms.apply_to_goal(campaign.default_goal)),
        "goals": [{"name": goal.name, **payout_fields(goal)} for goal in goals],
        "caps": _own_caps(terms.apply_to_caps(campaign)),
        **_targeting(settings["targeting"]),
    }


def _own_caps(campaign: Campaign) -> list[dict[str, Any]]:
    """Return the caps that bind each publisher. A limit on revenue is the advertiser's data."""
    return [
        {
            "metric": cap.metric,
            "window": cap.window,
            "limit": decimal_text(cap.limit),
            "scope": cap.scope,
            "timezone": cap.timezone,
        }
        for cap in campaign.caps
        if cap.scope is CapScope.PUBLISHER and cap.metric is not CapMetric.REVENUE
    ]


def _targeting(targeting: Settings) -> dict[str, list[str]]:
    lists = {name: sorted(targeting[name]) for name in ("countries", "devices", "os", "languages")}
    allowed = [country for country in lists["countries"] if country not in targeting["exclude_countries"]]
    return {**lists, "countries": allowed or lists["countries"]}  # an empty list would allow any
