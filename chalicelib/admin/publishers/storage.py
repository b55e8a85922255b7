"""Publishers, their keys and their links."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import ApiKeyRow, CampaignApprovalRow, MembershipRow, PublisherRow
from chalicelib.tables.routes import LinkRow

_LINKS_AT_ONCE = 90


def publishers(request: Request, query: ListQuery) -> tuple[list[PublisherRow], str | None]:
    """A page of all publishers, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[PublisherRow]:
        older = PublisherRow.id < after if after else None
        return PublisherRow.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return fetch_page(PagedQuery("publishers", year_partitions(request), rows, lambda row: row.id), query)


def settings(row: PublisherRow) -> dict[str, Any]:
    """What an admin may change of the publisher."""
    return {"name": row.name, "email": row.email, "status": row.status}


def create(request: Request, row: PublisherRow, key: ApiKeyRow, answer: ResponseModel) -> None:
    """Writes a new publisher with their first key."""
    change = AuditChange(row.id, None, {**settings(row), "key_id": key.id})
    with transaction(request, answer, change) as write:
        write.save(row, PublisherRow.id.does_not_exist())
        write.save(key, ApiKeyRow.id.does_not_exist())


def save(request: Request, row: PublisherRow, before: dict[str, Any]) -> None:
    """Writes an edit over the version and settings before it, and whether the publisher is active onto all links.

    The first 90 links change in the publisher's transaction, the rest right after it; a link made
    meanwhile is made with the publisher's status checked.
    """
    active = row.status == PublisherStatus.ACTIVE
    first = list(islice(_codes(row.id), _LINKS_AT_ONCE))
    with transaction(request, change=AuditChange(row.id, before, settings(row))) as write:
        write.save(row, PublisherRow.version == row.version - 1)
        for code in first:
            write.update(LinkRow(code), [LinkRow.publisher_active.set(active)], LinkRow.code.exists())
    for code in _codes(row.id):
        if code not in first:
            LinkRow(code).update([LinkRow.publisher_active.set(active)], LinkRow.code.exists())


def _codes(publisher_id: str) -> Iterator[str]:
    for member in MembershipRow.query(publisher_id, consistent_read=True):
        if member.code:
            yield member.code
    for approval in CampaignApprovalRow.query(publisher_id, consistent_read=True):
        yield approval.tracking_key


def approvals(publisher_id: str, query: ListQuery) -> tuple[list[CampaignApprovalRow], str | None]:
    """A page of the publisher's campaign approvals and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[CampaignApprovalRow]:
        later = CampaignApprovalRow.campaign_id > after if after else None
        active = CampaignApprovalRow.active == True  # noqa: E712 - pynamodb builds a condition of it
        return CampaignApprovalRow.query(
            publisher_id, later, filter_condition=active, limit=limit, consistent_read=True
        )

    return fetch_page(PagedQuery(f"campaigns of {publisher_id}", ["all"], rows, lambda row: row.campaign_id), query)


def campaign_names(campaign_ids: Iterable[str]) -> dict[str, str]:
    """The campaigns' names by ID; only of those that exist."""
    return {row.id: row.settings["name"] for row in CampaignRow.batch_get(sorted(set(campaign_ids)))}
