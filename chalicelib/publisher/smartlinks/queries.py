"""Queries of the marketplace as one publisher sees it."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.access.membership import APPROVED
from chalicelib.domain.smartlink import SmartlinkStatus, Visibility
from chalicelib.http.models import ListQuery
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow

_PRIVATE = "own"


def list_marketplace(request: Request, query: ListQuery) -> tuple[list[SmartlinkRow], str | None]:
    """Return a page of the smartlinks that the publisher may see, and the next page's cursor.

    Private smartlinks that the publisher is on come first, then all others, each newest first.
    """

    def rows(partition: str, after: str | None, limit: int) -> Iterable[SmartlinkRow]:
        if partition == _PRIVATE:
            return _private_smartlinks(request.owner, after)[:limit]
        older = SmartlinkRow.id < after if after else None
        return SmartlinkRow.marketplace.query(partition, older, scan_index_forward=False, limit=limit)

    partitions = [_PRIVATE, *year_partitions(request)]
    return fetch_page(PagedQuery(f"marketplace of {request.owner}", partitions, rows, lambda row: row.id), query)


def _private_smartlinks(publisher_id: str, after: str | None) -> list[SmartlinkRow]:
    memberships = MembershipRow.query(publisher_id, consistent_read=True)
    smartlink_ids = [row.pool_id for row in memberships if row.status == APPROVED]
    smartlinks = sorted(SmartlinkRow.batch_get(smartlink_ids), key=lambda row: row.id, reverse=True)
    return [row for row in smartlinks if _is_private(row) and (after is None or row.id < after)]


def _is_private(row: SmartlinkRow) -> bool:
    return row.settings["visibility"] == Visibility.PRIVATE and row.status != SmartlinkStatus.DELETED


def memberships_by_smartlink(publisher_id: str, smartlink_ids: Iterable[str]) -> dict[str, MembershipRow]:
    """Return the publisher's memberships in these smartlinks, by smartlink ID."""
    keys = [(publisher_id, smartlink_id) for smartlink_id in smartlink_ids]
    return {row.pool_id: row for row in MembershipRow.batch_get(keys, consistent_read=True)}


def campaigns_by_id(settings: Mapping[str, Any]) -> dict[str, CampaignRow]:
    """Return the campaigns of a smartlink's offers, by ID."""
    campaign_ids = [offer["campaign_id"] for offer in settings["offers"]]
    return {row.id: row for row in CampaignRow.batch_get(campaign_ids)}
