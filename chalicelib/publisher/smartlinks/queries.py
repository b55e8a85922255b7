"""The marketplace as a publisher sees it."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.access.membership import APPROVED
from chalicelib.domain.smartlink import SmartlinkStatus, Visibility
from chalicelib.http.models import ListQuery
from chalicelib.http.pagination import Listing, page, years
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import Campaign
from chalicelib.tables.publishers import Membership
from chalicelib.tables.smartlinks import Pool

_OWN = "own"


def marketplace(request: Request, query: ListQuery) -> tuple[list[Pool], str | None]:
    """A page of the smartlinks the publisher may know of: their private ones, then the others, newest first."""

    def rows(partition: str, after: str | None, limit: int) -> Iterable[Pool]:
        if partition == _OWN:
            return _private(request.owner, after)[:limit]
        older = Pool.id < after if after else None
        return Pool.marketplace.query(partition, older, scan_index_forward=False, limit=limit)

    listing = Listing(f"marketplace of {request.owner}", [_OWN, *years(request)], rows, lambda row: row.id)
    return page(listing, query)


def _private(publisher_id: str, after: str | None) -> list[Pool]:
    on = [row.pool_id for row in Membership.query(publisher_id, consistent_read=True) if row.status == APPROVED]
    pools = sorted(Pool.batch_get(on), key=lambda row: row.id, reverse=True)
    return [row for row in pools if _is_private(row) and (after is None or row.id < after)]


def _is_private(row: Pool) -> bool:
    return row.settings["visibility"] == Visibility.PRIVATE and row.status != SmartlinkStatus.DELETED


def memberships(publisher_id: str, pool_ids: Iterable[str]) -> dict[str, Membership]:
    """How the publisher stands with each of these pools, as of now."""
    wanted = [(publisher_id, pool_id) for pool_id in pool_ids]
    return {row.pool_id: row for row in Membership.batch_get(wanted, consistent_read=True)}


def campaigns(settings: Mapping[str, Any]) -> dict[str, Campaign]:
    """The campaigns behind a pool's offers, by ID."""
    return {row.id: row for row in Campaign.batch_get([seat["campaign_id"] for seat in settings["offers"]])}
