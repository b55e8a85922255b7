"""Endpoint for admins: list the audit log."""

from collections.abc import Iterable, Iterator

from chalicelib.admin.audit.schemas import AuditDocument, AuditQuery
from chalicelib.http.models import Page
from chalicelib.http.pagination import PagedQuery, fetch_documents, year_partitions
from chalicelib.http.request import Request
from chalicelib.tables.requests import AuditRow


def find(request: Request, query: AuditQuery) -> Page[AuditDocument]:
    """List the changes made by admins, newest first."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[AuditRow]:
        partition = f"{query.subject}#{year}" if query.subject else year
        older = AuditRow.id < after if after else None
        return AuditRow.query(partition, older, scan_index_forward=False, limit=limit, consistent_read=True)

    name = f"changes of {query.subject}" if query.subject else "all changes"
    return fetch_documents(PagedQuery(name, year_partitions(request), rows, lambda row: row.id), query, _documents)


def _documents(rows: Iterable[AuditRow]) -> Iterator[AuditDocument]:
    names = AuditDocument.model_fields
    yield from (AuditDocument(**{name: getattr(row, name) for name in names}) for row in rows)
