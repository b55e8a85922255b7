"""Endpoints for admins: list, approve and decline applications."""

from chalicelib.access import applications, membership
from chalicelib.admin.applications import listing
from chalicelib.admin.applications.schemas import ApplicationDocument, ApplicationQuery, ApprovalDocument, Refusal
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.models import LinkDocument
from chalicelib.http.problems import Conflict
from chalicelib.http.request import Request
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.tables.publishers import ApplicationRow


def find(request: Request, query: ApplicationQuery) -> SearchPage[ApplicationDocument]:
    """List the applications, oldest first."""
    return listing.list_applications(request, query)


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
        return listing.document(application, *names)
    _check_pending(application)
    application.decided_at, application.decided_by = request.timestamp, request.actor
    application.reason = body.reason
    document = listing.document(application, *names).model_copy(update={"status": ApplicationStatus.DECLINED})
    applications.decline(request, state, application, body.reason, document)
    return document


def _check_pending(application: ApplicationRow) -> None:
    if application.status != ApplicationStatus.PENDING:
        message = f"The application was {application.status} at {application.decided_at}."
        raise Conflict(message)
