"""The marketplace as a publisher sees it."""

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

_OWN = "own"


def marketplace(request: Request, query: ListQuery) -> tuple[list[SmartlinkRow], str | None]:
    """A page of the smartlinks the publisher may know of: their private ones, then the others, newest first."""

    def rows(partition: str, after: str | None, limit: int) -> Iterable[SmartlinkRow]:
        if partition == _OWN:
            return _private(request.owner, after)[:limit]
        older = SmartlinkRow.id < after if after else None
        return SmartlinkRow.marketplace.query(partition, older, scan_index_forward=False, limit=limit)

    listing = PagedQuery(f"marketplace of {request.owner}", [_OWN, *year_partitions(request)], rows, lambda row: row.id)
    return fetch_page(listing, query)


def _private(publisher_id: str, after: str | None) -> list[SmartlinkRow]:
    on = [row.pool_id for row in MembershipRow.query(publisher_id, consistent_read=True) if row.status == APPROVED]
    pools = sorted(SmartlinkRow.batch_get(on), key=lambda row: row.id, reverse=True)
    return [row for row in pools if _is_private(row) and (after is None or row.id < after)]


def _is_private(row: SmartlinkRow) -> bool:
    return row.settings["visibility"] == Visibility.PRIVATE and row.status != SmartlinkStatus.DELETED


def memberships(publisher_id: str, pool_ids: Iterable[str]) -> dict[str, MembershipRow]:
    """How the publisher stands with each of these pools, as of now."""
    wanted = [(publisher_id, pool_id) for pool_id in pool_ids]
    return {row.pool_id: row for row in MembershipRow.batch_get(wanted, consistent_read=True)}


def campaigns(settings: Mapping[str, Any]) -> dict[str, CampaignRow]:
    """The campaigns behind a pool's offers, by ID."""
    return {row.id: row for row in CampaignRow.batch_get([seat["campaign_id"] for seat in settings["offers"]])}
