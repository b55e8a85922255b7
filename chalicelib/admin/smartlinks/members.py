"""The list of the publishers of a smartlink: publishers who applied to it or were added to it."""

from collections.abc import Iterator, Sequence

from chalicelib.access.membership import (
    APPROVED,
    MembershipState,
    applications_of,
    is_member,
    link_code,
    member_status,
)
from chalicelib.admin.smartlinks.list_schemas import MemberDocument, MemberQuery
from chalicelib.http.models import LinkDocument
from chalicelib.http.request import Request
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.lists.reads import Reads
from chalicelib.lists.search import Search, find
from chalicelib.lists.texts import contains
from chalicelib.tables.names import publisher_names
from chalicelib.tables.publishers import ApplicationRow, MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow

_BATCH = 100
_READS_TO_MATCH = 3
"""The membership, the application and the publisher's name."""


def list_members(request: Request, pool: SmartlinkRow, query: MemberQuery) -> SearchPage[MemberDocument]:
    """Return a page of the smartlink's publishers that the query finds, by publisher ID."""
    matches_all = query.status is None and query.needle is None
    cost = 1 if matches_all else _READS_TO_MATCH

    def rows(after: str | None, reads: Reads) -> Iterator[MembershipRow]:
        later = MembershipRow.publisher_id > after if after else None
        found = MembershipRow.by_pool.query(pool.id, later, page_size=query.rows_per_query(cost))
        return reads.meter(found, cost)

    def match(rows: Sequence[MembershipRow], _: Reads) -> Sequence[MembershipRow | None]:
        members = [row for row in rows if is_member(row)]
        if not matches_all:
            documents = _documents(request, pool, members)
            members = [row for row, each in zip(members, documents, strict=True) if _is_found(each, query)]
        found = {row.publisher_id for row in members}
        return [row if row.publisher_id in found else None for row in rows]

    found = find(Search(f"publishers of {pool.id}", rows, lambda row: row.publisher_id, match, _BATCH), query)
    return found.page(_documents(request, pool, found.items))


def _documents(request: Request, pool: SmartlinkRow, rows: Sequence[MembershipRow]) -> list[MemberDocument]:
    names = publisher_names(row.publisher_id for row in rows)
    applications = applications_of(rows)
    return [
        _document(request, pool, row, names.get(row.publisher_id, ""), applications.get(row.application_id))
        for row in rows
    ]


def _is_found(member: MemberDocument, query: MemberQuery) -> bool:
    has_status = query.status is None or member.status in query.status
    return has_status and contains(query.needle, member.publisher_name, member.publisher_id)


def _document(
    request: Request, pool: SmartlinkRow, row: MembershipRow, name: str, application: ApplicationRow | None
) -> MemberDocument:
    return MemberDocument(
        publisher_id=row.publisher_id,
        publisher_name=name,
        status=member_status(row, application),
        applied_at=application.applied_at if application else None,
        decided_at=application.decided_at if application else None,
        link=_link(request, pool, link_code(row)),
    )


def approved_member(request: Request, state: MembershipState, code: str) -> MemberDocument:
    """Return the document of a publisher who was added to the smartlink just now."""
    row = MembershipRow(state.publisher.id, state.pool.id, status=APPROVED.value, code=code)
    return _document(request, state.pool, row, state.publisher.name, None)


def _link(request: Request, pool: SmartlinkRow, code: str | None) -> LinkDocument | None:
    if code is None:
        return None
    return LinkDocument(code=code, url=request.link_url(code, pool.settings["tracking_domain"]))
