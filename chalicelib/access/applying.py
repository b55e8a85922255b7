"""What publishers do with their applications for smartlinks: apply, withdraw. Each is one transaction."""

from dataclasses import replace

from chalicelib.access import application_notifications, grants, visibility
from chalicelib.access.application_entries import application_entries
from chalicelib.access.membership import APPROVED, PENDING, WITHDRAWN, MembershipState, get_application_or_404
from chalicelib.access.membership_writes import (
    OutgoingNotification,
    add_admission,
    add_counts,
    add_counts_of_version,
    add_decision,
    add_membership,
    subject_of,
    transaction_with_notifications,
)
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.notifications import send
from chalicelib.tables.publishers import ApplicationRow, PublisherRow


def new_application(request: Request, state: MembershipState, message: str) -> ApplicationRow:
    """Return a new application, not written yet: approved if the publisher may join at once, else pending.

    A publisher who was declined or removed needs an admin's approval.
    """
    is_approved = not state.was_refused and visibility.is_open(state)
    status = APPROVED if is_approved else PENDING
    return ApplicationRow(
        request.new_id("app"),
        pool_id=state.pool.id,
        publisher_id=state.publisher.id,
        message=message,
        status=status,
        status_year=f"{status}#{request.year}",
        created_year=request.year,
        applied_at=request.timestamp,
        decided_at=request.timestamp if is_approved else None,
    )


def apply(
    request: Request, state: MembershipState, application: ApplicationRow, code: str, response: ResponseModel
) -> None:
    """Write a new application, together with the link if it is approved already.

    The transaction fails if the smartlink was edited meanwhile: it may have been made public, or deleted.
    """
    is_approved = application.status == APPROVED
    task = grants.member_task(request, state.pool, state.publisher.id)
    notifications = [_notification(state, application, code)]
    with transaction_with_notifications(request, notifications, response) as write:
        write.save(application, ApplicationRow.id.does_not_exist())
        for entry in application_entries(application):
            write.save(entry)
        if is_approved:
            add_admission(write, state, code, application.id)
            write.save(task)
        else:
            # An account that is closed meanwhile has no pending application.
            write.condition_check(
                PublisherRow, state.publisher.id, condition=PublisherRow.status == state.publisher.status
            )
            add_membership(write, state, PENDING, application.id)
        add_counts_of_version(write, state.pool, live=int(is_approved), pending=int(not is_approved))
    if is_approved:
        grants.run_member_task(request, task)


def _notification(state: MembershipState, application: ApplicationRow, code: str) -> OutgoingNotification:
    """Return the notification of a pending application to the admins, or of a live link to the publisher."""
    name, subject = state.pool.settings["name"], subject_of(state, application.id)
    if application.status == APPROVED:
        return state.publisher.id, application_notifications.live(code, name, subject)
    return send.ADMIN, application_notifications.received(state.publisher.name, name, subject)


def withdraw(request: Request, state: MembershipState, response: ResponseModel) -> None:
    """Withdraw the pending application. The publisher may apply again."""
    assert state.membership  # noqa: S101 - only a pending application is withdrawn
    application = get_application_or_404(state.membership.application_id)
    with transaction(request, response) as write:
        add_decision(write, replace(request, actor=""), application, WITHDRAWN)
        add_membership(write, state, WITHDRAWN, application.id)
        add_counts(write, state.pool, pending=-1)
