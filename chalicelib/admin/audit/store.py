"""The audit log as a list."""

import json
from collections.abc import Iterable

from chalicelib.admin.audit.schema import AuditQuery
from chalicelib.http.pagination import Listing, page, years
from chalicelib.http.request import Request
from chalicelib.tables.requests import Audit


def changes(request: Request, query: AuditQuery) -> tuple[list[Audit], str | None]:
    """A page of the changes, newest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[Audit]:
        partition = f"{query.subject}#{year}" if query.subject else year
        older = Audit.id < after if after else None
        return Audit.query(partition, older, scan_index_forward=False, limit=limit, consistent_read=True)

    name = f"changes of {query.subject}" if query.subject else "all changes"
    return page(Listing(name, years(request), rows, lambda row: row.id, _size), query)


def _size(row: Audit) -> int:
    return len(json.dumps([row.before, row.after]))
