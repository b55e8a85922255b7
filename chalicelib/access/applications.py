"""Decisions on publishers of smartlinks: approve, decline, remove, close. Each is one transaction."""

from chalicelib.access import application_notifications, grants, smartlink_notifications
from chalicelib.access.membership import (
    APPROVED,
    CLOSED,
    DECLINED,
    DELETION_REASON,
    PENDING,
    REMOVAL_REASON,
    MembershipState,
    get_application_or_404,
)
from chalicelib.access.membership_writes import (
    OutgoingNotification,
    add_admission,
    add_counts,
    add_counts_of_version,
    add_decision,
    add_membership,
    change_of,
    subject_of,
    transaction_with_notifications,
)
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.publishers import ApplicationRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.smartlinks import SmartlinkRow


def approve(
    request: Request, state: MembershipState, code: str, response: ResponseModel | None, *, subject: str
) -> None:
    """Add the publisher to the smartlink and approve their application if one is pending.

    `subject` is the subject in the audit log: the application, or the pair of smartlink and publisher. Raise `Conflict`
    if the publisher's account is closed.
    """
    if state.publisher.status == PublisherStatus.CLOSED:
        message = f"The account of publisher {state.publisher.id} is closed."
        raise Conflict(message)
    latest = _latest_application(state)
    change = change_of(state, subject, status=APPROVED, code=code)
    task = grants.member_task(request, state.pool, state.publisher.id)
    with transaction_with_notifications(request, _approval_notifications(state, code), response, change) as write:
        if latest:
            add_decision(write, request, latest, APPROVED)
        add_admission(write, state, code, latest.id if latest else None)
        add_counts(write, state.pool, live=1, pending=-int(state.status == PENDING))
        write.save(task)
    grants.run_member_task(request, task)


def decline(
    request: Request, state: MembershipState, application: ApplicationRow, reason: str | None, response: ResponseModel
) -> None:
    """Decline a pending application. The publisher may apply again."""
    name, subject = state.pool.settings["name"], subject_of(state, application.id)
    notifications = [(state.publisher.id, application_notifications.decided(DECLINED, reason, name, subject))]
    change = change_of(state, application.id, status=DECLINED, reason=reason)
    with transaction_with_notifications(request, notifications, response, change) as write:
        add_decision(write, request, application, DECLINED, reason)
        add_membership(write, state, DECLINED, application.id)
        add_counts(write, state.pool, pending=-1)


def remove(request: Request, state: MembershipState) -> None:
    """Remove the publisher from the smartlink: their link and the direct links that only it granted return 404."""
    member = state.membership
    if member is None or member.status != APPROVED or member.code is None:
        message = f"Publisher {state.publisher.id} is not on this smartlink."
        raise NotFound(message)
    latest = _latest_application(state)
    task = grants.member_task(request, state.pool, state.publisher.id)
    with transaction(request, change=change_of(state, state.audit_subject, status=DECLINED)) as write:
        if latest:
            add_decision(write, request, latest, DECLINED, REMOVAL_REASON)
        add_membership(write, state, DECLINED, member.application_id)
        write.update(LinkRow(member.code), [LinkRow.active.set(False)], LinkRow.code.exists())
        add_counts(write, state.pool, live=-1)
        write.save(task)
    grants.run_member_task(request, task)


def close(request: Request, state: MembershipState, reason: str) -> None:
    """Close the pending application. Notify the publisher if the smartlink was deleted."""
    application = _latest_application(state)
    assert application  # noqa: S101 - a pending publisher has applied
    notification = smartlink_notifications.closed(state.pool.settings["name"], subject_of(state))
    notifications = [(state.publisher.id, notification)] if reason == DELETION_REASON else []
    change = change_of(state, application.id, status=CLOSED, reason=reason)
    with transaction_with_notifications(request, notifications, None, change) as write:
        add_decision(write, request, application, CLOSED, reason)
        add_membership(write, state, CLOSED, application.id)
        add_counts_of_version(write, state.pool, pending=-1)


def approve_pool_campaigns(request: Request, pool: SmartlinkRow, publisher: PublisherRow) -> None:
    """Approve every campaign of the pool for a publisher of it, if it grants access to its offers."""
    grants.align(request, pool.id, publisher.id)


def _approval_notifications(state: MembershipState, code: str) -> list[OutgoingNotification]:
    """Return the notifications to the publisher: their pending application is approved, their link is live."""
    name, subject = state.pool.settings["name"], subject_of(state)
    approved = [application_notifications.decided(APPROVED, None, name, subject)] if state.status == PENDING else []
    live = application_notifications.live(code, name, subject)
    return [(state.publisher.id, notification) for notification in (*approved, live)]


def _latest_application(state: MembershipState) -> ApplicationRow | None:
    member = state.membership
    return get_application_or_404(member.application_id) if member and member.application_id else None
