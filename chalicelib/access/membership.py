"""Memberships of publishers in smartlinks."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.publisher import ApplicationStatus, MemberStatus
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import TransactionConflict, get_or_404
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import ApplicationRow, MembershipRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow

APPROVED, PENDING, DECLINED = ApplicationStatus.APPROVED, ApplicationStatus.PENDING, ApplicationStatus.DECLINED
WITHDRAWN, CLOSED = ApplicationStatus.WITHDRAWN, ApplicationStatus.CLOSED

REMOVAL_REASON = "removed from the smartlink"
"""The reason of an application that was approved and whose publisher was removed."""

DELETION_REASON = "the smartlink was deleted"
CLOSURE_REASON = "the account was closed"
"""The reason of a closed application."""


@dataclass(frozen=True, slots=True)
class MembershipState:
    """A smartlink, a publisher and the current membership, None if the publisher never applied."""

    pool: SmartlinkRow
    publisher: PublisherRow
    membership: MembershipRow | None

    @property
    def status(self) -> str | None:
        """Return the status of the membership, an `ApplicationStatus`; None if the publisher never applied."""
        return self.membership.status if self.membership else None

    @property
    def code(self) -> str | None:
        """Return the code of the publisher's link, active or not; None if they never had one."""
        return self.membership.code if self.membership else None

    @property
    def audit_subject(self) -> str:
        """Return the subject of audit log entries about the membership."""
        return f"{self.pool.id}/{self.publisher.id}"

    @property
    def was_refused(self) -> bool:
        """Return whether the publisher was declined or removed, and not approved since.

        Rows of earlier releases say so by their status, or by a code without approval.
        """
        member = self.membership
        if member is None or member.status == APPROVED:
            return False
        return bool(member.was_refused) or member.status == DECLINED or member.code is not None


def get_smartlink_or_404(pool_id: str) -> SmartlinkRow:
    """Return the smartlink; raise `NotFound` if it does not exist or is deleted."""
    row = get_or_404(SmartlinkRow, "smartlink", pool_id)
    if row.status == SmartlinkStatus.DELETED:
        message = f"There is no smartlink {pool_id}."
        raise NotFound(message)
    return row


def get_publisher_or_404(publisher_id: str) -> PublisherRow:
    """Return the publisher; raise `NotFound` if there is none."""
    return get_or_404(PublisherRow, "publisher", publisher_id)


def load_membership(pool_id: str, publisher_id: str) -> MembershipState:
    """Return the membership of a publisher in a smartlink with both rows; raise `NotFound` if one is missing."""
    return MembershipState(
        get_smartlink_or_404(pool_id), get_publisher_or_404(publisher_id), get_membership_or_none(publisher_id, pool_id)
    )


def load_membership_of(application: ApplicationRow) -> MembershipState:
    """Return the membership to decide on.

    Raise `Conflict` if the smartlink is deleted, which closes applications, and `TransactionConflict` if another
    decision was made after the application was read.
    """
    if get_or_404(SmartlinkRow, "smartlink", application.pool_id).status == SmartlinkStatus.DELETED:
        message = "The smartlink was deleted, which closes its applications."
        raise Conflict(message)
    state = load_membership(application.pool_id, application.publisher_id)
    if state.status != application.status:
        raise TransactionConflict
    return state


def get_membership_or_none(publisher_id: str, pool_id: str) -> MembershipRow | None:
    """Return the membership row; None if the publisher never applied."""
    return get_or_none(MembershipRow, publisher_id, pool_id)


def get_application_or_404(application_id: str) -> ApplicationRow:
    """Return the application; raise `NotFound` if there is none."""
    return get_or_404(ApplicationRow, "application", application_id)


def applications_of(memberships: Iterable[MembershipRow]) -> dict[str | None, ApplicationRow]:
    """Return the latest applications of these memberships, by ID."""
    ids = {row.application_id for row in memberships if row.application_id}
    return {row.id: row for row in ApplicationRow.batch_get(sorted(ids), consistent_read=True)}


def link_code(row: MembershipRow | None) -> str | None:
    """Return the code of the publisher's link if it is active, else None."""
    return row.code if row and row.status == APPROVED else None


def is_member(row: MembershipRow) -> bool:
    """Return whether the publisher has a status on the smartlink: those whose application ended otherwise have none."""
    return row.status not in (WITHDRAWN, CLOSED)


def member_status(row: MembershipRow, application: ApplicationRow | None) -> MemberStatus:
    """Return the status. Who was removed has a declined application with that reason, or never applied."""
    if row.status == DECLINED and (application is None or application.reason == REMOVAL_REASON):
        return MemberStatus.REMOVED
    return MemberStatus(row.status)


def code_for(request: Request, state: MembershipState) -> str:
    """Return the code of the publisher's link, or a new code if they never had one."""
    return state.code or request.new_code()
