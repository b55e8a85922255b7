"""Applications of publishers for smartlinks: apply, approve, decline, remove. Each is one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access import application_notifications, membership
from chalicelib.access.application_entries import application_entries
from chalicelib.access.campaign_approvals import add_new_link, approve_campaigns, check_publisher
from chalicelib.access.membership import APPROVED, DECLINED, PENDING, REMOVAL_REASON, MembershipState
from chalicelib.domain.smartlink import OfferAccess, SmartlinkStatus, Visibility
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.notifications import send
from chalicelib.notifications.notification import Notification
from chalicelib.tables.publishers import ApplicationRow, MembershipRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.smartlinks import SmartlinkRow

OutgoingNotification = tuple[str, Notification]
"""The recipient (`send.ADMIN` or a publisher's ID) and the notification."""


def new_application(request: Request, state: MembershipState, message: str) -> ApplicationRow:
    """Return a new application, not written yet: approved if the smartlink is public, else pending.

    A publisher who was declined or removed needs an admin's approval on a public smartlink, too.
    """
    is_approved = state.pool.settings["visibility"] == Visibility.PUBLIC and state.status is None
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
    """Write a new application, together with the link if it is approved already."""
    is_approved = application.status == APPROVED
    if is_approved:
        approve_pool_campaigns(request, state.pool, state.publisher)
    notifications = _application_notifications(state, application, code)
    with _transaction_with_notifications(request, notifications, response) as write:
        write.save(application, ApplicationRow.id.does_not_exist())
        for entry in application_entries(application):
            write.save(entry)
        if is_approved:
            _add_admission(write, state, code, application.id)
        else:
            _add_membership(write, state, PENDING, application.id)
        _add_counts(write, state.pool, live=int(is_approved), pending=int(not is_approved))
    if is_approved:
        approve_pool_campaigns(request, membership.get_smartlink_or_404(state.pool.id), state.publisher)


def approve(request: Request, state: MembershipState, code: str, response: ResponseModel, *, subject: str) -> None:
    """Add the publisher to the smartlink and approve their application if one is pending.

    `subject` is the subject in the audit log: the application, or the pair of smartlink and publisher.
    """
    latest = _latest_application(state)
    change = _change(state, subject, status=APPROVED, code=code)
    approve_pool_campaigns(request, state.pool, state.publisher)
    with _transaction_with_notifications(request, _approval_notifications(state, code), response, change) as write:
        if latest:
            _add_decision(write, request, latest, APPROVED, None)
        _add_admission(write, state, code, latest.id if latest else None)
        _add_counts(write, state.pool, live=1, pending=-int(state.status == PENDING))
    approve_pool_campaigns(request, membership.get_smartlink_or_404(state.pool.id), state.publisher)


def decline(
    request: Request, state: MembershipState, application: ApplicationRow, reason: str | None, response: ResponseModel
) -> None:
    """Decline a pending application. The publisher may apply again."""
    name, subject = state.pool.settings["name"], _subject(state, application.id)
    notifications = [(state.publisher.id, application_notifications.decided(DECLINED, reason, name, subject))]
    change = _change(state, application.id, status=DECLINED, reason=reason)
    with _transaction_with_notifications(request, notifications, response, change) as write:
        _add_decision(write, request, application, DECLINED, reason)
        _add_membership(write, state, DECLINED, application.id)
        _add_counts(write, state.pool, pending=-1)


def remove(request: Request, state: MembershipState) -> None:
    """Remove the publisher from the smartlink: their link returns 404 from now on."""
    member = state.membership
    if member is None or member.status != APPROVED or member.code is None:
        message = f"Publisher {state.publisher.id} is not on this smartlink."
        raise NotFound(message)
    latest = _latest_application(state)
    with transaction(request, change=_change(state, state.audit_subject, status=DECLINED)) as write:
        if latest:
            _add_decision(write, request, latest, DECLINED, REMOVAL_REASON)
        _add_membership(write, state, DECLINED, member.application_id)
        write.update(LinkRow(member.code), [LinkRow.active.set(False)], LinkRow.code.exists())
        _add_counts(write, state.pool, live=-1)


def approve_pool_campaigns(request: Request, pool: SmartlinkRow, publisher: PublisherRow) -> None:
    """Approve every campaign of a pool for the publisher, if the pool grants access to its offers.

    This runs before the publisher is added, so that no offer is missing if the request is cut short and
    repeated, and again afterwards, for offers that were added meanwhile.
    """
    if pool.settings["offer_access"] == OfferAccess.GRANT:
        approve_campaigns(request, [(publisher.id, offer["campaign_id"]) for offer in pool.settings["offers"]])


@contextmanager
def _transaction_with_notifications(
    request: Request,
    notifications: list[OutgoingNotification],
    response: ResponseModel,
    change: AuditChange | None = None,
) -> Iterator[TransactWrite]:
    """Store the notifications in the transaction, and publish them to the topic after it is applied."""
    with transaction(request, response, change) as write:
        for recipient, notification in notifications:
            send.add_to_transaction(write, recipient, notification, request.now)
        yield write
    for recipient, notification in notifications:
        send.publish_to_topic(recipient, notification, request.now)


def _application_notifications(
    state: MembershipState, application: ApplicationRow, code: str
) -> list[OutgoingNotification]:
    """Return the notification of a pending application to the admins, or of a live link to the publisher."""
    name, subject = state.pool.settings["name"], _subject(state, application.id)
    if application.status == APPROVED:
        return [(state.publisher.id, application_notifications.live(code, name, subject))]
    return [(send.ADMIN, application_notifications.received(state.publisher.name, name, subject))]


def _approval_notifications(state: MembershipState, code: str) -> list[OutgoingNotification]:
    """Return the notifications to the publisher: their pending application is approved, their link is live."""
    name, subject = state.pool.settings["name"], _subject(state)
    approved = [application_notifications.decided(APPROVED, None, name, subject)] if state.status == PENDING else []
    live = application_notifications.live(code, name, subject)
    return [(state.publisher.id, notification) for notification in (*approved, live)]


def _subject(state: MembershipState, application_id: str | None = None) -> dict[str, str | None]:
    latest = state.membership.application_id if state.membership else None
    return {
        "smartlink_id": state.pool.id,
        "publisher_id": state.publisher.id,
        "application_id": application_id or latest,
    }


def _change(state: MembershipState, subject: str, **changes: str | None) -> AuditChange:
    """Return the audit log entry of a new membership status."""
    before = {**_subject(state), "status": state.status, "code": state.code} if state.membership else None
    return AuditChange(subject, before, {**_subject(state), "code": state.code, **changes})


def _latest_application(state: MembershipState) -> ApplicationRow | None:
    member = state.membership
    return membership.get_application_or_404(member.application_id) if member and member.application_id else None


def _add_admission(write: TransactWrite, state: MembershipState, code: str, application_id: str | None) -> None:
    in_force = check_publisher(write, state.publisher)
    _add_membership(write, state, APPROVED, application_id, code)
    if state.membership and state.membership.code:
        write.update(LinkRow(code), [LinkRow.active.set(True)], LinkRow.code.exists())
    else:
        add_new_link(write, state.publisher, in_force, code, state.pool.id)


def _add_membership(
    write: TransactWrite, state: MembershipState, status: str, application_id: str | None, code: str | None = None
) -> None:
    """Add the new membership. The publisher keeps their code."""
    before = state.membership
    is_unchanged = MembershipRow.status == before.status if before else MembershipRow.pool_id.does_not_exist()
    row = MembershipRow(
        state.publisher.id,
        state.pool.id,
        status=status,
        application_id=application_id,
        code=code or (before.code if before else None),
    )
    write.save(row, is_unchanged)


def _add_decision(
    write: TransactWrite, request: Request, application: ApplicationRow, status: str, reason: str | None
) -> None:
    actions: list[Action] = [
        ApplicationRow.status.set(status),
        ApplicationRow.status_year.set(f"{status}#{application.created_year}"),
        ApplicationRow.decided_at.set(request.timestamp),
        ApplicationRow.decided_by.set(request.actor),
    ]
    actions.append(ApplicationRow.reason.remove() if reason is None else ApplicationRow.reason.set(reason))
    write.update(ApplicationRow(application.id), actions, ApplicationRow.status == application.status)


def _add_counts(write: TransactWrite, pool: SmartlinkRow, *, live: int = 0, pending: int = 0) -> None:
    actions: list[Action] = [SmartlinkRow.live_count.add(live), SmartlinkRow.pending_count.add(pending)]
    write.update(SmartlinkRow(pool.id), actions, SmartlinkRow.status != SmartlinkStatus.DELETED)
