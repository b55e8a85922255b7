"""Reads of the marketplace as one publisher sees it."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.access import terms
from chalicelib.domain.terms import CampaignTerms
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import MembershipRow


def memberships_by_smartlink(publisher_id: str, smartlink_ids: Iterable[str]) -> dict[str, MembershipRow]:
    """Return the publisher's memberships in these smartlinks, by smartlink ID."""
    keys = [(publisher_id, smartlink_id) for smartlink_id in smartlink_ids]
    return {row.pool_id: row for row in MembershipRow.batch_get(keys, consistent_read=True)}


def campaigns_by_id(settings: Mapping[str, Any]) -> dict[str, CampaignRow]:
    """Return the campaigns of a smartlink's offers, by ID."""
    return _campaigns(offer["campaign_id"] for offer in settings["offers"])


def campaigns_with_terms(publisher_id: str, campaign_ids: set[str]) -> dict[str, tuple[CampaignRow, CampaignTerms]]:
    """Return the campaigns among these for which the publisher has terms, with the terms, by ID."""
    own = terms.current_terms(publisher_id)
    return {key: (row, own[key]) for key, row in _campaigns(campaign_ids & own.keys()).items()}


def _campaigns(ids: Iterable[str]) -> dict[str, CampaignRow]:
    return {row.id: row for row in CampaignRow.batch_get(sorted(ids))}
