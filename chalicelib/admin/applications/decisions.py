"""Decisions of admins on applications: on one, or on many with a result for each."""

import time
from dataclasses import replace

from chalicelib.access import applications, membership
from chalicelib.admin.applications import listing
from chalicelib.admin.applications.schemas import (
    ApplicationDecisionResult,
    ApplicationDecisions,
    ApplicationDocument,
    ApprovalDocument,
    Decision,
)
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.idempotency import stored_response
from chalicelib.http.models import LinkDocument
from chalicelib.http.problems import Conflict, Problem, Unavailable
from chalicelib.http.request import IdempotencyKey, Request
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import ApplicationRow

_SECONDS = 10
"""After this time no further application is decided: the last one may be retried until shortly before the timeout."""


def approve(request: Request, application_id: str) -> ApprovalDocument:
    """Approve the application and return the link. Raise `Conflict` if it is neither pending nor approved."""
    application = membership.get_application_or_404(application_id)
    _check_status(application, ApplicationStatus.PENDING, ApplicationStatus.APPROVED)
    state = membership.load_membership_of(application)
    code = membership.code_for(request, state)
    url = request.link_url(code, state.pool.settings["tracking_domain"])
    document = ApprovalDocument(status=ApplicationStatus.APPROVED, link=LinkDocument(code=code, url=url))
    if application.status == ApplicationStatus.APPROVED:
        applications.approve_pool_campaigns(request, state.pool, state.publisher)
    else:
        applications.approve(request, state, code, document, subject=application.id)
    return document


def decline(request: Request, application_id: str, reason: str | None) -> ApplicationDocument:
    """Decline the application. Raise `Conflict` if it is not pending."""
    application = membership.get_application_or_404(application_id)
    _check_status(application, ApplicationStatus.PENDING)
    state = membership.load_membership_of(application)
    application.decided_at, application.decided_by = request.timestamp, request.actor
    application.reason = reason
    document = listing.document(application, state.pool.settings["name"], state.publisher.name)
    document = document.model_copy(update={"status": ApplicationStatus.DECLINED})
    applications.decline(request, state, application, reason, document)
    return document


def _check_status(application: ApplicationRow, *allowed: ApplicationStatus) -> None:
    if application.status not in allowed:
        message = f"The application was {application.status} at {application.decided_at}."
        raise Conflict(message)


def decide_all(request: Request, decisions: ApplicationDecisions) -> list[ApplicationDecisionResult]:
    """Write the decision on each of these applications, each in a transaction of its own; return one result each."""
    started_at = time.monotonic()
    results = []
    for application_id in decisions.ids:
        is_late = time.monotonic() - started_at > _SECONDS
        results.append(_result(_alone(request, application_id), application_id, decisions, is_late=is_late))
    return results


def _alone(request: Request, application_id: str) -> Request:
    """Return the request for one application. With an Idempotency-Key, it has one of its own.

    A repeated request that was cut short finds what it decided.
    """
    key = request.idempotency
    alone = key and IdempotencyKey(f"{key.key}#{application_id}", key.digest)
    return replace(request, idempotency=alone)


def _result(
    request: Request, application_id: str, decisions: ApplicationDecisions, *, is_late: bool
) -> ApplicationDecisionResult:
    def attempt() -> ApplicationDecisionResult:
        return _decide(request, application_id, decisions)

    try:
        _check_time(is_late=is_late)
        return retry_on_conflict(attempt)
    except Problem as problem:
        row = get_or_none(ApplicationRow, application_id)
        status = ApplicationStatus(row.status) if row else None
        return ApplicationDecisionResult(id=application_id, status=status, link=None, error=problem.detail)


def _decide(request: Request, application_id: str, decisions: ApplicationDecisions) -> ApplicationDecisionResult:
    if decisions.decision is Decision.APPROVE:
        approved = approve(request, application_id)
        return ApplicationDecisionResult(id=application_id, status=approved.status, link=approved.link, error=None)
    if not stored_response(request):
        decline(request, application_id, decisions.reason or None)
    return ApplicationDecisionResult(id=application_id, status=ApplicationStatus.DECLINED, link=None, error=None)


def _check_time(*, is_late: bool) -> None:
    if is_late:
        message = "There was no time left to decide this application. Send it again."
        raise Unavailable(message)
