"""Readers of the stored settings of campaigns, smartlinks and terms: defaults for what an older release did not write.

A field that is added to a model of the API gets its entry here: how rows without the field behave. The default in the
model says what a new row gets. Fields that every release wrote have no default: a row without them is damaged.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain import stored_targeting

Settings = Mapping[str, Any]
"""The settings of a campaign or smartlink, or a publisher's terms: a JSON object of the API's shape."""

FORMAT = 1
"""The format that is written. Settings without a number are of the first release, which has this shape."""

ADDED_TO_CAMPAIGN: Settings = {
    "tags": [],
    "payout_percent": "0",
    "revenue_percent": "0",
    "counts": "every",
    "goals": [],
    "tracking": "postback",
    "approval": "auto",
    "approve_after_days": None,
    "max_payout": None,
    "postback_ips": [],
}
ADDED_TO_GOAL: Settings = {}
ADDED_TO_SCHEDULE: Settings = {}
ADDED_TO_CAP: Settings = {}
ADDED_TO_DUPLICATE_FILTER: Settings = {}
ADDED_TO_SMARTLINK: Settings = {}
ADDED_TO_OFFER: Settings = {"destination_url": None}
ADDED_TO_TERMS: Settings = {}
ADDED_TO_GOAL_TERMS: Settings = {}


def complete_campaign(stored: Settings) -> dict[str, Any]:
    """Return the settings of a campaign with a value for every field."""
    settings = {**ADDED_TO_CAMPAIGN, **_without_format(stored)}
    duplicates = settings["duplicate_filter"]
    return {
        **settings,
        "targeting": _complete_targeting(settings["targeting"]),
        "schedule": {**ADDED_TO_SCHEDULE, **settings["schedule"]},
        "caps": [{**ADDED_TO_CAP, **cap} for cap in settings["caps"]],
        "goals": [{**ADDED_TO_GOAL, **goal} for goal in settings["goals"]],
        "duplicate_filter": duplicates and {**ADDED_TO_DUPLICATE_FILTER, **duplicates},
    }


def complete_smartlink(stored: Settings) -> dict[str, Any]:
    """Return the settings of a smartlink with a value for every field."""
    settings = {**ADDED_TO_SMARTLINK, **_without_format(stored)}
    return {**settings, "offers": [complete_offer(offer) for offer in settings["offers"]]}


def complete_offer(stored: Settings) -> dict[str, Any]:
    """Return an offer of a smartlink with a value for every field."""
    offer = {**ADDED_TO_OFFER, **stored}
    return {**offer, "targeting": _complete_targeting(offer["targeting"])}


def complete_terms(stored: Settings) -> dict[str, Any]:
    """Return a publisher's terms, `campaigns` by ID, with a value for every field."""
    return {"campaigns": {key: _complete_campaign_terms(terms) for key, terms in stored["campaigns"].items()}}


def _complete_campaign_terms(stored: Settings) -> dict[str, Any]:
    terms, caps = {**ADDED_TO_TERMS, **stored}, stored["caps"]
    return {
        **terms,
        "goals": [{**ADDED_TO_GOAL_TERMS, **goal} for goal in terms["goals"]],
        "caps": None if caps is None else [{**ADDED_TO_CAP, **cap} for cap in caps],
    }


def with_format(settings: Settings) -> dict[str, Any]:
    """Return the settings as they are stored: with the number of their format."""
    return {"format": FORMAT, **settings}


def _without_format(stored: Settings) -> Settings:
    return {name: value for name, value in stored.items() if name != "format"}


def _complete_targeting(stored: Settings) -> dict[str, Any]:
    return {**stored_targeting.STORED_DEFAULTS, **stored}
