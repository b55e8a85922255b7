"""Storage of publishers: list, create, edit, and the status on all their links."""

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

_LINKS_PER_TRANSACTION = 90
"""A transaction has at most 100 items; the publisher and the audit log need some of them."""


def list_publishers(request: Request, query: ListQuery) -> tuple[list[PublisherRow], str | None]:
    """Return a page of all publishers, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[PublisherRow]:
        older = PublisherRow.id < after if after else None
        return PublisherRow.by_year.query(year, older, scan_index_forward=False, limit=limit)

    return fetch_page(PagedQuery("publishers", year_partitions(request), rows, lambda row: row.id), query)


def editable_fields(row: PublisherRow) -> dict[str, Any]:
    """Return the fields that an admin may edit."""
    return {"name": row.name, "email": row.email, "status": row.status}


def create(request: Request, row: PublisherRow, key: ApiKeyRow, response: ResponseModel) -> None:
    """Write a new publisher with their first key."""
    change = AuditChange(row.id, None, {**editable_fields(row), "key_id": key.id})
    with transaction(request, response, change) as write:
        write.save(row, PublisherRow.id.does_not_exist())
        write.save(key, ApiKeyRow.id.does_not_exist())


def save(request: Request, row: PublisherRow, before: dict[str, Any]) -> None:
    """Write an edited publisher if the stored version is the one before it; copy their status to all their links.

    The first 90 links change in the same transaction, the others right after it. A link created in the meantime
    checks the publisher's status itself.
    """
    is_active = row.status == PublisherStatus.ACTIVE
    first = list(islice(_link_codes(row.id), _LINKS_PER_TRANSACTION))
    with transaction(request, change=AuditChange(row.id, before, editable_fields(row))) as write:
        write.save(row, PublisherRow.version == row.version - 1)
        for code in first:
            write.update(LinkRow(code), [LinkRow.publisher_active.set(is_active)], LinkRow.code.exists())
    for code in _link_codes(row.id):
        if code not in first:
            LinkRow(code).update([LinkRow.publisher_active.set(is_active)], LinkRow.code.exists())


def _link_codes(publisher_id: str) -> Iterator[str]:
    for member in MembershipRow.query(publisher_id, consistent_read=True):
        if member.code:
            yield member.code
    for approval in CampaignApprovalRow.query(publisher_id, consistent_read=True):
        yield approval.tracking_key


def list_approvals(publisher_id: str, query: ListQuery) -> tuple[list[CampaignApprovalRow], str | None]:
    """Return a page of the publisher's active campaign approvals and the next page's cursor."""

    def rows(_: str, after: str | None, limit: int) -> Iterable[CampaignApprovalRow]:
        later = CampaignApprovalRow.campaign_id > after if after else None
        is_active = CampaignApprovalRow.active == True  # noqa: E712 - pynamodb builds a condition of it
        return CampaignApprovalRow.query(
            publisher_id, later, filter_condition=is_active, limit=limit, consistent_read=True
        )

    return fetch_page(PagedQuery(f"campaigns of {publisher_id}", ["all"], rows, lambda row: row.campaign_id), query)


def campaign_names(campaign_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the campaigns that exist, by ID."""
    return {row.id: row.settings["name"] for row in CampaignRow.batch_get(sorted(set(campaign_ids)))}
