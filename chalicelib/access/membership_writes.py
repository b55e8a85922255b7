"""Parts of the transactions that change a membership: application, membership, link, counts and notifications."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access.campaign_approvals import add_new_link, check_publisher
from chalicelib.access.membership import APPROVED, DECLINED, MembershipState
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.notifications import send
from chalicelib.notifications.notification import Notification
from chalicelib.tables.publishers import ApplicationRow, MembershipRow
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.smartlinks import SmartlinkRow

OutgoingNotification = tuple[str, Notification]
"""The recipient (`send.ADMIN` or a publisher's ID) and the notification."""


@contextmanager
def transaction_with_notifications(
    request: Request,
    notifications: Sequence[OutgoingNotification],
    response: ResponseModel | None = None,
    change: AuditChange | None = None,
) -> Iterator[TransactWrite]:
    """Store the notifications in the transaction, and publish them to the topic after it is applied."""
    with transaction(request, response, change) as write:
        for recipient, notification in notifications:
            send.add_to_transaction(write, recipient, notification, request.now)
        yield write
    for recipient, notification in notifications:
        send.publish_to_topic(recipient, notification, request.now)


def subject_of(state: MembershipState, application_id: str | None = None) -> dict[str, str | None]:
    """Return the subject of notifications about the membership; by default with the latest application."""
    latest = state.membership.application_id if state.membership else None
    return {
        "smartlink_id": state.pool.id,
        "publisher_id": state.publisher.id,
        "application_id": application_id or latest,
    }


def change_of(state: MembershipState, subject: str, **changes: str | None) -> AuditChange:
    """Return the audit log entry of a new membership status."""
    before = {**subject_of(state), "status": state.status, "code": state.code} if state.membership else None
    return AuditChange(subject, before, {**subject_of(state), "code": state.code, **changes})


def add_decision(
    write: TransactWrite, request: Request, application: ApplicationRow, status: str, reason: str | None = None
) -> None:
    """Add the new status of an application. The transaction fails if it changed meanwhile."""
    decided_by = ApplicationRow.decided_by
    actions: list[Action] = [
        ApplicationRow.status.set(status),
        ApplicationRow.status_year.set(f"{status}#{application.created_year}"),
        ApplicationRow.decided_at.set(request.timestamp),
        decided_by.set(request.actor) if request.actor else decided_by.remove(),
        ApplicationRow.reason.remove() if reason is None else ApplicationRow.reason.set(reason),
    ]
    write.update(ApplicationRow(application.id), actions, ApplicationRow.status == application.status)


def add_admission(write: TransactWrite, state: MembershipState, code: str, application_id: str | None) -> None:
    """Add the approved membership and its link, which is restored if the publisher had one before."""
    in_force = check_publisher(write, state.publisher)
    add_membership(write, state, APPROVED, application_id, code)
    if state.membership and state.membership.code:
        write.update(LinkRow(code), [LinkRow.active.set(True)], LinkRow.code.exists())
    else:
        add_new_link(write, state.publisher, in_force, code, state.pool.id)


def add_membership(
    write: TransactWrite, state: MembershipState, status: str, application_id: str | None, code: str | None = None
) -> None:
    """Add the new membership. The publisher keeps their code. The transaction fails if its status changed meanwhile."""
    before = state.membership
    is_unchanged = MembershipRow.status == before.status if before else MembershipRow.pool_id.does_not_exist()
    was_refused = status == DECLINED or (status != APPROVED and state.was_refused)
    row = MembershipRow(
        state.publisher.id,
        state.pool.id,
        status=status,
        application_id=application_id,
        code=code or (before.code if before else None),
        was_refused=was_refused or None,
        pool_version=state.pool.version,
    )
    write.save(row, is_unchanged)


def add_counts(write: TransactWrite, pool: SmartlinkRow, *, live: int = 0, pending: int = 0) -> None:
    """Add the change of the smartlink's counts. The transaction fails if it was deleted meanwhile."""
    write.update(SmartlinkRow(pool.id), _counts(live, pending), SmartlinkRow.status != SmartlinkStatus.DELETED)


def add_counts_of_version(write: TransactWrite, pool: SmartlinkRow, *, live: int = 0, pending: int = 0) -> None:
    """Add the change of the smartlink's counts. The transaction fails if it was edited or deleted meanwhile."""
    write.update(SmartlinkRow(pool.id), _counts(live, pending), SmartlinkRow.version == pool.version)


def _counts(live: int, pending: int) -> list[Action]:
    return [SmartlinkRow.live_count.add(live), SmartlinkRow.pending_count.add(pending)]
