"""Endpoint for admins: list the audit log."""

import json
from collections.abc import Iterable, Iterator, Sequence

from chalicelib.admin.audit.schemas import AuditDocument, AuditQuery
from chalicelib.domain.user import FIRST_USER
from chalicelib.http.pagination import year_partitions
from chalicelib.http.request import Request
from chalicelib.lists import search
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search
from chalicelib.lists.texts import contains
from chalicelib.tables.requests import AuditRow, user_year


def find(request: Request, query: AuditQuery) -> SearchPage[AuditDocument]:
    """List the changes made by users, and those of publishers to their keys, newest first."""

    def rows(after: str | None, reads: Reads) -> Iterator[AuditRow]:
        for year in year_partitions(request):
            for row in _rows(query, year, after):
                reads.take(1, len(json.dumps([row.before, row.after])))
                yield row
                if not reads.may_go_on():
                    return

    def match(rows: Sequence[AuditRow], _: Reads) -> list[AuditRow | None]:
        return [row if _is_found(row, query) else None for row in rows]

    found = search.find(Search("changes", rows, lambda row: row.id, match), query, Reads())
    return found.page([_document(row) for row in found.items])


def _rows(query: AuditQuery, year: str, after: str | None) -> Iterable[AuditRow]:
    """Return the changes of a year after an ID, newest first: of the subject, by the user, or all.

    The index by user has no changes of earlier releases, which are the first user's.
    """
    older, size = AuditRow.id < after if after else None, query.rows_per_query(1)
    if query.subject is None and query.user_id not in (None, FIRST_USER):
        key = user_year(str(query.user_id), year)
        return AuditRow.by_user.query(key, older, scan_index_forward=False, page_size=size)
    partition = f"{query.subject}#{year}" if query.subject else year
    return AuditRow.query(partition, older, scan_index_forward=False, page_size=size, consistent_read=True)


def _is_found(row: AuditRow, query: AuditQuery) -> bool:
    is_by_user = query.user_id is None or query.user_id == (row.user_id or FIRST_USER)
    return is_by_user and contains(query.needle, row.subject, row.action, row.user_name or FIRST_USER, row.id)


def _document(row: AuditRow) -> AuditDocument:
    stored = {name: getattr(row, name) for name in AuditDocument.model_fields}
    return AuditDocument(
        **{**stored, "user_id": row.user_id or FIRST_USER, "user_name": row.user_name or row.user_id or FIRST_USER}
    )
