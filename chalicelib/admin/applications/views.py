"""The admin's calls about applications."""

from collections.abc import Iterable

from chalicelib.access import applications, membership
from chalicelib.admin.applications.schemas import ApplicationDocument, ApplicationQuery, ApprovalDocument, Refusal
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.models import LinkDocument, Page
from chalicelib.http.pagination import PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import Conflict
from chalicelib.http.request import Request
from chalicelib.tables.publishers import ApplicationRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow


def find_page(request: Request, query: ApplicationQuery) -> tuple[list[ApplicationRow], str | None]:
    """A page of the applications, oldest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[ApplicationRow]:
        later = ApplicationRow.id > after if after else None
        if query.status:
            return ApplicationRow.by_status.query(f"{query.status}#{year}", later, limit=limit)
        return ApplicationRow.by_year.query(year, later, limit=limit)

    name = f"applications {query.status or 'of any status'}"
    return fetch_page(PagedQuery(name, year_partitions(request, newest_first=False), rows, lambda row: row.id), query)


def _names(rows: Iterable[ApplicationRow]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the applications' smartlinks and publishers, by ID."""
    found = list(rows)
    pools = SmartlinkRow.batch_get(sorted({row.pool_id for row in found}))
    publishers = PublisherRow.batch_get(sorted({row.publisher_id for row in found}))
    return {row.id: row.settings["name"] for row in pools}, {row.id: row.name for row in publishers}


def find(request: Request, query: ApplicationQuery) -> Page[ApplicationDocument]:
    """List the applications, oldest first."""
    rows, cursor = find_page(request, query)
    smartlinks, publishers = _names(rows)
    items = [_document(row, smartlinks.get(row.pool_id, ""), publishers.get(row.publisher_id, "")) for row in rows]
    return Page(items=items, next_cursor=cursor)


def approve(request: Request, application_id: str) -> ApprovalDocument:
    """Approve an application: the publisher gets a link, and the pool's offers with tracking keys."""
    asked = membership.application(application_id)
    standing = membership.load_membership(asked.pool_id, asked.publisher_id)
    code = membership.code_for(request, standing)
    url = request.link_url(code, standing.pool.settings["tracking_domain"])
    document = ApprovalDocument(status=ApplicationStatus.APPROVED, link=LinkDocument(code=code, url=url))
    if asked.status == ApplicationStatus.APPROVED and standing.status == ApplicationStatus.APPROVED:
        applications.approve_pool_campaigns(request, standing.pool, standing.publisher)
        return document
    _refuse_unless_pending(asked)
    applications.approve(request, standing, code, document, subject=asked.id)
    return document


def decline(request: Request, application_id: str, body: Refusal) -> ApplicationDocument:
    """Decline an application; the publisher reads the reason and may ask again."""
    asked = membership.application(application_id)
    standing = membership.load_membership(asked.pool_id, asked.publisher_id)
    names = (standing.pool.settings["name"], standing.publisher.name)
    if asked.status == ApplicationStatus.DECLINED:
        return _document(asked, *names)
    _refuse_unless_pending(asked)
    asked.decided_at, asked.reason = request.timestamp, body.reason
    document = _document(asked, *names, ApplicationStatus.DECLINED)
    applications.decline(request, standing, asked, body.reason, document)
    return document


def _refuse_unless_pending(asked: ApplicationRow) -> None:
    if asked.status != ApplicationStatus.PENDING:
        message = f"the application was {asked.status} at {asked.decided_at}"
        raise Conflict(message)


def _document(
    row: ApplicationRow, smartlink_name: str, publisher_name: str, status: ApplicationStatus | None = None
) -> ApplicationDocument:
    return ApplicationDocument(
        id=row.id,
        smartlink_id=row.pool_id,
        smartlink_name=smartlink_name,
        publisher_id=row.publisher_id,
        publisher_name=publisher_name,
        message=row.message,
        status=status or ApplicationStatus(row.status),
        applied_at=row.applied_at,
        decided_at=row.decided_at,
        reason=row.reason,
    )
