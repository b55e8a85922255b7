"""A campaign as a publisher who holds it may see it: payouts, own caps and targeting, without the advertiser's data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.domain.campaign import CapMetric, CapScope
from chalicelib.domain.goal import Goal

Settings = Mapping[str, Any]


def campaign_fields(settings: Settings, goals: Sequence[Goal], caps: Iterable[Settings]) -> dict[str, Any]:
    """Return the fields of a publisher's campaign, without those of the approval.

    `goals` are what the publisher gets, the goal `default` first; `caps` are the caps that bind the publisher.
    """
    default, *named = goals
    return {
        **{name: settings[name] for name in ("name", "status", "currency")},
        **_amounts(default),
        "goals": [{"name": goal.name, **_amounts(goal)} for goal in named],
        "caps": list(caps),
        **_targeting(settings["targeting"]),
    }


def publisher_caps(settings: Settings) -> list[Settings]:
    """Return the campaign's caps of each publisher. A limit on revenue is the advertiser's data."""
    hidden = CapMetric.REVENUE
    return [cap for cap in settings["caps"] if cap["scope"] == CapScope.PUBLISHER and cap["metric"] != hidden]


def _amounts(goal: Goal) -> dict[str, str]:
    return {"payout": f"{goal.payout:f}", "payout_percent": f"{goal.payout_percent:f}", "counts": goal.counts.value}


def _targeting(targeting: Settings) -> dict[str, list[str]]:
    lists = {name: sorted(targeting[name]) for name in ("countries", "devices", "os", "languages")}
    allowed = [country for country in lists["countries"] if country not in targeting["exclude_countries"]]
    return {**lists, "countries": allowed or lists["countries"]}  # an empty list would allow any
