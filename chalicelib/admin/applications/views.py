"""Endpoints for admins: list, approve and decline applications."""

from collections.abc import Iterable, Sequence

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
    """Return a page of the applications, oldest first, and the next page's cursor."""

    def rows(year: str, after: str | None, limit: int) -> Iterable[ApplicationRow]:
        later = ApplicationRow.id > after if after else None
        if query.status:
            return ApplicationRow.by_status.query(f"{query.status}#{year}", later, limit=limit)
        return ApplicationRow.by_year.query(year, later, limit=limit)

    name = f"applications {query.status or 'of any status'}"
    return fetch_page(PagedQuery(name, year_partitions(request, newest_first=False), rows, lambda row: row.id), query)


def _names(rows: Sequence[ApplicationRow]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the applications' smartlinks and publishers, each by ID."""
    smartlinks = SmartlinkRow.batch_get(sorted({row.pool_id for row in rows}))
    publishers = PublisherRow.batch_get(sorted({row.publisher_id for row in rows}))
    return {row.id: row.settings["name"] for row in smartlinks}, {row.id: row.name for row in publishers}


def find(request: Request, query: ApplicationQuery) -> Page[ApplicationDocument]:
    """List the applications, oldest first."""
    rows, cursor = find_page(request, query)
    smartlinks, publishers = _names(rows)
    items = [_document(row, smartlinks.get(row.pool_id, ""), publishers.get(row.publisher_id, "")) for row in rows]
    return Page(items=items, next_cursor=cursor)


def approve(request: Request, application_id: str) -> ApprovalDocument:
    """Approve an application. The publisher gets a link and, if configured, approval for all campaigns."""
    application = membership.get_application_or_404(application_id)
    state = membership.load_membership(application.pool_id, application.publisher_id)
    code = membership.code_for(request, state)
    url = request.link_url(code, state.pool.settings["tracking_domain"])
    document = ApprovalDocument(status=ApplicationStatus.APPROVED, link=LinkDocument(code=code, url=url))
    if application.status == ApplicationStatus.APPROVED and state.status == ApplicationStatus.APPROVED:
        applications.approve_pool_campaigns(request, state.pool, state.publisher)
        return document
    _check_pending(application)
    applications.approve(request, state, code, document, subject=application.id)
    return document


def decline(request: Request, application_id: str, body: Refusal) -> ApplicationDocument:
    """Decline an application. The publisher can read the reason and apply again."""
    application = membership.get_application_or_404(application_id)
    state = membership.load_membership(application.pool_id, application.publisher_id)
    names = (state.pool.settings["name"], state.publisher.name)
    if application.status == ApplicationStatus.DECLINED:
        return _document(application, *names)
    _check_pending(application)
    application.decided_at, application.reason = request.timestamp, body.reason
    document = _document(application, *names, ApplicationStatus.DECLINED)
    applications.decline(request, state, application, body.reason, document)
    return document


def _check_pending(application: ApplicationRow) -> None:
    if application.status != ApplicationStatus.PENDING:
        message = f"The application was {application.status} at {application.decided_at}."
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
