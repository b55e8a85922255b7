"""Settings that are taken over from elsewhere: from another smartlink, or from a past version. Not validated again."""

from collections.abc import Mapping
from typing import Any

from chalicelib.admin import route_publishing
from chalicelib.admin.tracking_domains.uses import domain_errors
from chalicelib.domain.campaign import CampaignStatus
from chalicelib.http.problems import Conflict
from chalicelib.tables.campaigns import CampaignRow

_COPY_OF = "Copy of "
_MAX_NAME = 200


def copied_name(name: str) -> str:
    """Return the name of a clone; a long one is cut off at its end."""
    return f"{_COPY_OF}{name}"[:_MAX_NAME]


def usable_campaigns(settings: Mapping[str, Any], label: str, advice: str) -> dict[str, CampaignRow]:
    """Return the campaigns of the settings by ID.

    Raise `Conflict` with those that are archived or do not exist. `label` ("Version 3") begins the message, `advice`
    ends it.
    """
    ids = route_publishing.campaign_ids(settings)
    rows = route_publishing.campaigns(ids)
    archived = {key: row for key, row in rows.items() if row.settings["status"] == CampaignStatus.ARCHIVED}
    unusable = [f"{archived[key].settings['name']} ({key})" for key in sorted(archived)] + sorted(ids - rows.keys())
    if unusable:
        names = ", ".join(unusable)
        message = f"{label} has campaigns that are archived or do not exist: {names}. {advice}"
        raise Conflict(message)
    return rows


def check_domain(settings: Mapping[str, Any], current: Mapping[str, Any], label: str, advice: str) -> None:
    """Raise `Conflict` if the settings have another tracking domain than the current ones, and it is not active."""
    if domain_errors(settings, current):
        message = f"{label} uses {settings['tracking_domain']}, which is no active tracking domain. {advice}"
        raise Conflict(message)
