"""Endpoints for admins: list, approve and decline applications, one or many."""

from chalicelib.admin.applications import decisions, listing
from chalicelib.admin.applications.schemas import (
    ApplicationDecisionResults,
    ApplicationDecisions,
    ApplicationDocument,
    ApplicationQuery,
    ApprovalDocument,
    Refusal,
)
from chalicelib.http.request import Request
from chalicelib.lists.query_schemas import SearchPage


def find(request: Request, query: ApplicationQuery) -> SearchPage[ApplicationDocument]:
    """List the applications, oldest first."""
    return listing.list_applications(request, query)


def approve(request: Request, application_id: str) -> ApprovalDocument:
    """Approve an application. The publisher gets a link and, if configured, approval for all campaigns."""
    return decisions.approve(request, application_id)


def decline(request: Request, application_id: str, body: Refusal) -> ApplicationDocument:
    """Decline an application. The publisher can read the reason and apply again."""
    return decisions.decline(request, application_id, body.reason)


def decide_many(request: Request, body: ApplicationDecisions) -> ApplicationDecisionResults:
    """Approve or decline up to 100 applications, with one result each."""
    return ApplicationDecisionResults(results=decisions.decide_all(request, body))
