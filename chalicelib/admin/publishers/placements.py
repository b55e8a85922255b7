"""The list of the smartlinks of a publisher: each that they applied to or were added to."""

from collections.abc import Iterator, Sequence
from functools import partial

from chalicelib.access.membership import PENDING, applications_of, is_member, link_code, member_status
from chalicelib.admin.publishers.schemas import PublisherSmartlinkDocument, PublisherSmartlinkQuery
from chalicelib.http.models import LinkDocument
from chalicelib.http.request import Request
from chalicelib.lists.entries import ListKind, read_entries
from chalicelib.lists.index_job import require_index
from chalicelib.lists.merge import Entry
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search, find
from chalicelib.lists.texts import contains, created_year
from chalicelib.tables.publishers import ApplicationRow, MembershipRow

_BATCH = 100
_READS_PER_SMARTLINK = 3
"""The membership, the application and the smartlink's list entry."""


def list_smartlinks(
    request: Request, publisher_id: str, query: PublisherSmartlinkQuery
) -> SearchPage[PublisherSmartlinkDocument]:
    """Return a page of the publisher's smartlinks that the query finds, by smartlink ID. Deleted ones are left out."""
    require_index(ListKind.SMARTLINKS, request.now)

    def rows(after: str | None, reads: Reads) -> Iterator[MembershipRow]:
        later = MembershipRow.pool_id > after if after else None
        size = query.rows_per_query(_READS_PER_SMARTLINK)
        found = MembershipRow.query(publisher_id, later, consistent_read=True, page_size=size)
        return reads.meter(found, _READS_PER_SMARTLINK)

    match = partial(_match, request, query)
    found = find(Search(f"smartlinks of {publisher_id}", rows, lambda row: row.pool_id, match, _BATCH), query)
    return found.page(found.items)


def _match(
    request: Request, query: PublisherSmartlinkQuery, rows: Sequence[MembershipRow], _: Reads
) -> list[PublisherSmartlinkDocument | None]:
    entries = read_entries(ListKind.SMARTLINKS, [(created_year(row.pool_id), row.pool_id) for row in rows])
    applications = applications_of(rows)
    documents = [
        _document(request, entries[row.pool_id], row, applications.get(row.application_id))
        if row.pool_id in entries and is_member(row)
        else None
        for row in rows
    ]
    return [each if each and _is_found(each, query) else None for each in documents]


def _is_found(smartlink: PublisherSmartlinkDocument, query: PublisherSmartlinkQuery) -> bool:
    has_status = query.status is None or smartlink.status in query.status
    return has_status and contains(query.needle, smartlink.name, smartlink.id)


def _document(
    request: Request, entry: Entry, row: MembershipRow, application: ApplicationRow | None
) -> PublisherSmartlinkDocument:
    code = link_code(row)
    return PublisherSmartlinkDocument(
        id=row.pool_id,
        name=entry["name"],
        status=member_status(row, application),
        since=_since(application),
        link=LinkDocument(code=code, url=request.link_url(code, entry["tracking_domain"])) if code else None,
    )


def _since(application: ApplicationRow | None) -> str | None:
    """Return when the latest application was made, or decided if it is not pending."""
    if application is None:
        return None
    return application.applied_at if application.status == PENDING else application.decided_at
