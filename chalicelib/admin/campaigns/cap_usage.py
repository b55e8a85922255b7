"""Usage of caps: how much of each limit is used in its current window, and when the next one begins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from chalicelib.admin.campaigns.schemas import CapUsage
from chalicelib.caps import windows
from chalicelib.caps.reservation import usage_by_key
from chalicelib.domain.campaign import CampaignStatus, Cap, CapMetric, CapScope, cap_from_document
from chalicelib.domain.timestamps import timestamp
from chalicelib.reporting.metrics import decimal
from chalicelib.tables.campaigns import CampaignRow

NEAR_LIMIT = Decimal("0.8")
"""The share of a limit from which a campaign is near it, as in the first alert."""

CapUsages = dict[str, list[CapUsage]]
"""The usage of each cap of a campaign in the order of its caps, by campaign ID."""


def usage_of_campaigns(rows: Iterable[CampaignRow], now: datetime) -> CapUsages:
    """Return the usage of these campaigns' caps. Archived campaigns have none."""
    return usage_of_caps({row.id: caps_of(row.settings) for row in rows}, None, now)


def caps_of(settings: Mapping[str, Any]) -> list[Cap]:
    """Return the caps of a campaign, none if it is archived. `settings` may be its list entry."""
    if settings["status"] == CampaignStatus.ARCHIVED:
        return []
    return [cap_from_document(cap) for cap in settings["caps"]]


def is_near(usage: CapUsage) -> bool:
    """Return whether 80 % of the limit or more are used."""
    return usage.used is not None and Decimal(usage.used) >= Decimal(usage.limit) * NEAR_LIMIT


def usage_of_caps(caps: Mapping[str, Sequence[Cap]], publisher_id: str | None, now: datetime) -> CapUsages:
    """Return the usage of these caps by campaign ID, all read at once.

    Caps of scope `publisher` count the clicks and conversions of `publisher_id`; without one their usage is None.
    """
    counters = {
        (campaign_id, cap): windows.cap_counter(cap, campaign_id, publisher_id or "", now).key
        for campaign_id, each in caps.items()
        for cap in each
        if publisher_id or cap.scope is CapScope.CAMPAIGN
    }
    used = usage_by_key(list(counters.values()))
    by_cap = {pair: used.get(key, 0) for pair, key in counters.items()}
    return {
        campaign_id: [_usage(cap, by_cap.get((campaign_id, cap)), now) for cap in each]
        for campaign_id, each in caps.items()
    }


def _usage(cap: Cap, used: int | None, now: datetime) -> CapUsage:
    _, end = windows.window(cap, now)
    return CapUsage(
        metric=cap.metric,
        window=cap.window,
        scope=cap.scope,
        timezone=cap.timezone,
        limit=str(cap.limit),
        used=None if used is None else _in_units(cap.metric, used),
        resets_at=timestamp(end) if end else None,
    )


def _in_units(metric: CapMetric, used: int) -> str:
    return decimal(used) if metric.is_money else str(used)
