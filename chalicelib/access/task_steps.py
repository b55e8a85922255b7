"""What a task does for each publisher of its smartlink. A step done twice changes nothing the second time."""

from collections.abc import Callable

from chalicelib.access import applications, grants, smartlink_notifications
from chalicelib.access.membership import (
    APPROVED,
    CLOSURE_REASON,
    DELETION_REASON,
    PENDING,
    MembershipState,
    code_for,
)
from chalicelib.access.task_rows import TaskKind
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.domain.smartlink import SmartlinkStatus, Visibility
from chalicelib.http.request import Request
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.notifications import send
from chalicelib.notifications.notification import Notification
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import MembershipRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow

Step = Callable[[SmartlinkTaskRow, str, Request], None]
"""Work off a task for one publisher."""


def _load(pool_id: str, publisher_id: str) -> MembershipState:
    """Return the membership as it is now. The smartlink may be deleted."""
    return MembershipState(
        SmartlinkRow.get(pool_id, consistent_read=True),
        PublisherRow.get(publisher_id, consistent_read=True),
        get_or_none(MembershipRow, publisher_id, pool_id),
    )


def began_before(task: SmartlinkTaskRow, member: MembershipRow) -> bool:
    """Return whether the status of a membership began before the change. Earlier releases stored no version."""
    return bool((member.pool_version or 0) < task.version)


def close_pending(pool_id: str, publisher_id: str, request: Request) -> None:
    """Close the publisher's pending application if the smartlink is deleted or their account is closed."""

    def attempt() -> None:
        state = _load(pool_id, publisher_id)
        if state.status != PENDING:
            return
        if state.pool.status == SmartlinkStatus.DELETED:
            applications.close(request, state, DELETION_REASON)
        elif state.publisher.status == PublisherStatus.CLOSED:
            applications.close(request, state, CLOSURE_REASON)

    retry_on_conflict(attempt)


def _approve_pending(task: SmartlinkTaskRow, publisher_id: str, request: Request) -> None:
    """Approve the pending application if the smartlink still is public. That of a closed account is closed instead."""

    def attempt() -> None:
        state = _load(task.pool_id, publisher_id)
        member, pool = state.membership, state.pool
        is_public = pool.settings["visibility"] == Visibility.PUBLIC and pool.status != SmartlinkStatus.DELETED
        is_closed = state.publisher.status == PublisherStatus.CLOSED
        if is_public and not is_closed and member and member.status == PENDING and began_before(task, member):
            applications.approve(request, state, code_for(request, state), None, subject=member.application_id)

    retry_on_conflict(attempt)


def align_links(task: SmartlinkTaskRow, publisher_id: str, request: Request) -> None:
    """Make the publisher's direct links follow their membership."""
    grants.align(request, task.pool_id, publisher_id)


def _grant_offers(task: SmartlinkTaskRow, publisher_id: str, request: Request) -> None:
    grants.align(request, task.pool_id, publisher_id, among=task.campaign_ids)


def _notify(text: Callable[[str, dict[str, str | None]], Notification]) -> Step:
    """Return the step that notifies a publisher of the smartlink once of its change."""

    def step(task: SmartlinkTaskRow, publisher_id: str, request: Request) -> None:
        pool = SmartlinkRow.get(task.pool_id, consistent_read=True)
        notification = text(pool.settings["name"], {"smartlink_id": pool.id, "publisher_id": publisher_id})
        send.send_once(publisher_id, notification, once=f"{pool.id}#{task.version}", now=request.now)

    return step


_notify_of_deletion = _notify(smartlink_notifications.deleted)


def _end_membership(task: SmartlinkTaskRow, publisher_id: str, request: Request) -> None:
    grants.align(request, task.pool_id, publisher_id)
    _notify_of_deletion(task, publisher_id, request)


def _close(task: SmartlinkTaskRow, publisher_id: str, request: Request) -> None:
    close_pending(task.pool_id, publisher_id, request)


STEPS: dict[TaskKind, dict[str, Step]] = {
    TaskKind.OFFERS: {APPROVED: _grant_offers},
    TaskKind.OPENED: {PENDING: _approve_pending},
    TaskKind.PAUSED: {APPROVED: _notify(smartlink_notifications.paused)},
    TaskKind.RESUMED: {APPROVED: _notify(smartlink_notifications.resumed)},
    TaskKind.DELETED: {PENDING: _close, APPROVED: _end_membership},
}
"""The step of each kind for publishers of each status."""
