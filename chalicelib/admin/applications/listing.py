"""The list of applications: all of them, those of one status, of a smartlink or of a publisher."""

from collections.abc import Iterator, Sequence
from functools import partial

from chalicelib.admin.applications.rows import Range, of_owners, of_statuses, of_years
from chalicelib.admin.applications.schemas import ApplicationDocument, ApplicationQuery
from chalicelib.http.pagination import year_partitions
from chalicelib.http.request import Request
from chalicelib.lists.entries import ListKind
from chalicelib.lists.index_job import require_index
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search, find
from chalicelib.lists.texts import contains
from chalicelib.tables.names import publisher_names, smartlink_names
from chalicelib.tables.publishers import ApplicationRow

_BATCH = 100
_NAMES = 2
"""The names of smartlink and publisher are read to search in them."""


def list_applications(request: Request, query: ApplicationQuery) -> SearchPage[ApplicationDocument]:
    """Return a page of the applications that the query finds, oldest first unless it says otherwise."""
    is_by_owner = bool(query.smartlink_id or query.publisher_id)
    if is_by_owner:
        require_index(ListKind.APPLICATIONS, request.now)
    cost = 1 + int(is_by_owner) + (_NAMES if query.needle else 0)

    def rows(after: str | None, reads: Reads) -> Iterator[ApplicationRow]:
        span = Range(after, query.sort.startswith("-"), query.rows_per_query(cost))
        return reads.meter(_rows(request, query, span), cost)

    found = find(Search("applications", rows, lambda row: row.id, partial(_match, query), _BATCH), query)
    return found.page(list(_documents(found.items)))


def _rows(request: Request, query: ApplicationQuery, span: Range) -> Iterator[ApplicationRow]:
    """Return the applications of the shortest list that has every result of the query."""
    if owners := query.publisher_id or query.smartlink_id:
        return of_owners(sorted(set(owners)), span)
    years = year_partitions(request, newest_first=span.is_descending)
    return of_statuses(sorted(set(query.status)), years, span) if query.status else of_years(years, span)


def _match(query: ApplicationQuery, rows: Sequence[ApplicationRow], _: Reads) -> list[ApplicationRow | None]:
    found = [row for row in rows if _is_found(row, query)]
    if query.needle:
        found = [row for row, each in zip(found, _documents(found), strict=True) if _contains(each, query.needle)]
    ids = {row.id for row in found}
    return [row if row.id in ids else None for row in rows]


def _documents(rows: Sequence[ApplicationRow]) -> Iterator[ApplicationDocument]:
    smartlinks, publishers = smartlink_names(row.pool_id for row in rows), publisher_names(r.publisher_id for r in rows)
    return (document(row, smartlinks.get(row.pool_id, ""), publishers.get(row.publisher_id, "")) for row in rows)


def _is_found(row: ApplicationRow, query: ApplicationQuery) -> bool:
    filters = ((query.status, row.status), (query.smartlink_id, row.pool_id), (query.publisher_id, row.publisher_id))
    return all(values is None or value in values for values, value in filters)


def _contains(each: ApplicationDocument, needle: str) -> bool:
    return contains(needle, each.smartlink_name, each.publisher_name, each.id, each.smartlink_id, each.publisher_id)


def document(row: ApplicationRow, smartlink_name: str, publisher_name: str) -> ApplicationDocument:
    """Return the document of an application."""
    return ApplicationDocument(
        id=row.id,
        smartlink_id=row.pool_id,
        smartlink_name=smartlink_name,
        publisher_id=row.publisher_id,
        publisher_name=publisher_name,
        message=row.message,
        status=row.status,
        applied_at=row.applied_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )
