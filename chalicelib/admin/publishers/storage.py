"""Storage of publishers: list, create, edit, and the status on all their links."""

from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.access import api_keys, publisher_links
from chalicelib.access.publisher_links import LinkChange
from chalicelib.access.task_rows import TaskKind, new_task
from chalicelib.access.task_runner import run_now
from chalicelib.admin.publishers.list_entry import list_entry
from chalicelib.admin.publishers.schemas import PublisherQuery
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.lists.entries import ListKind
from chalicelib.lists.entry_search import EntryList, any_of, any_tag, entry_search, matching
from chalicelib.lists.merge import Entry
from chalicelib.lists.search import Found, find
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import ApiKeyRow, PublisherRow
from chalicelib.tables.routes import LinkRow


def find_publishers(request: Request, query: PublisherQuery) -> Found[Entry]:
    """Return the entries of a page of the publishers that the query finds."""
    listed = EntryList(ListKind.PUBLISHERS, query.sort, request.now)
    conditions = [*any_of("status", query.status), *any_tag(query.tag)]
    return find(entry_search(listed, query, matching(query, conditions)), query)


def editable_fields(row: PublisherRow) -> dict[str, Any]:
    """Return the fields that an admin may edit."""
    return {
        "name": row.name,
        "email": row.email,
        "tags": row.tags,
        "status": row.status,
        "email_notifications": row.email_notifications,
    }


def create(request: Request, row: PublisherRow, key: ApiKeyRow, response: ResponseModel) -> None:
    """Write a new publisher with their first key."""
    change = AuditChange(row.id, None, {**editable_fields(row), "key_id": key.id})
    with transaction(request, response, change) as write:
        write.save(row, PublisherRow.id.does_not_exist())
        write.save(list_entry(row))
        api_keys.add_first_key(write, key)


def save(request: Request, row: PublisherRow, before: dict[str, Any]) -> None:
    """Write an edited publisher if the stored version is the one before it; copy their status to all their links.

    The keys of a closed account are deleted after it is closed: no request is served with them any more, and none is
    made. If that was cut short, the rest is deleted before the account is opened again. A task closes their pending
    applications.
    """
    change = AuditChange(row.id, before, editable_fields(row))
    is_closed = row.status == PublisherStatus.CLOSED
    tasks = [new_task(request, TaskKind.ACCOUNT_CLOSED, None, publisher_id=row.id)] if is_closed else []
    if before["status"] == PublisherStatus.CLOSED:
        api_keys.revoke_all(request, row.id)
    with publisher_links.transaction_with_links(request, _link_change(row), change) as write:
        write.save(row, PublisherRow.version == row.version - 1)
        write.save(list_entry(row))
        for task in tasks:
            write.save(task)
    if is_closed:
        api_keys.revoke_all(request, row.id)
    run_now(request, tasks)


def _link_change(row: PublisherRow) -> LinkChange:
    """Return the change of the publisher's links: whether the publisher is active in this version."""

    def is_current() -> bool:
        current = get_or_none(PublisherRow, row.id)
        return current is not None and current.version == row.version

    def add_check(write: TransactWrite) -> None:
        write.condition_check(PublisherRow, row.id, condition=PublisherRow.version == row.version)

    is_active = row.status == PublisherStatus.ACTIVE
    return LinkChange(row.id, [LinkRow.publisher_active.set(is_active)], is_current, add_check)
