"""Storage of publishers: list, create, edit, and the status on all their links."""

from collections.abc import Iterable
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.access import publisher_links
from chalicelib.access.publisher_links import LinkChange
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ListQuery, ResponseModel
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import ApiKeyRow, CampaignApprovalRow, PublisherRow
from chalicelib.tables.routes import LinkRow


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
    """Write an edited publisher if the stored version is the one before it; copy their status to all their links."""
    change = AuditChange(row.id, before, editable_fields(row))
    with publisher_links.transaction_with_links(request, _link_change(row), change) as write:
        write.save(row, PublisherRow.version == row.version - 1)


def _link_change(row: PublisherRow) -> LinkChange:
    """Return the change of the publisher's links: whether the publisher is active in this version."""

    def is_current() -> bool:
        current = get_or_none(PublisherRow, row.id)
        return current is not None and current.version == row.version

    def add_check(write: TransactWrite) -> None:
        write.condition_check(PublisherRow, row.id, condition=PublisherRow.version == row.version)

    is_active = row.status == PublisherStatus.ACTIVE
    return LinkChange(row.id, [LinkRow.publisher_active.set(is_active)], is_current, add_check)


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
