"""Endpoint for admins: list the audit log."""

import json
from collections.abc import Iterable

from chalicelib.admin.audit.schemas import AuditDocument, AuditQuery
from chalicelib.http.models import Page
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.request import Request
from chalicelib.tables.requests import AuditRow


def _find_page(request: Request, query: AuditQuery) -> tuple[list[AuditRow], str | None]:
    """Return a page of the changes, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[AuditRow]:
        partition = f"{query.subject}#{year}" if query.subject else year
        older = AuditRow.id < after if after else None
        return AuditRow.query(partition, older, scan_index_forward=False, limit=limit, consistent_read=True)

    name = f"changes of {query.subject}" if query.subject else "all changes"
    return fetch_page(PagedQuery(name, year_partitions(request), rows, lambda row: row.id, _size), query)


def _size(row: AuditRow) -> int:
    return len(json.dumps([row.before, row.after]))


def find(request: Request, query: AuditQuery) -> Page[AuditDocument]:
    """List the changes made by admins, newest first."""
    rows, cursor = _find_page(request, query)
    names = AuditDocument.model_fields
    items = [AuditDocument(**{name: getattr(row, name) for name in names}) for row in rows]
    return Page(items=items, next_cursor=cursor)
