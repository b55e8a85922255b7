"""The membership of a publisher in a smartlink."""

from dataclasses import dataclass

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import SmartlinkStatus, Visibility
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import get_or_404
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import ApplicationRow, MembershipRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow

APPROVED, PENDING, DECLINED = ApplicationStatus.APPROVED, ApplicationStatus.PENDING, ApplicationStatus.DECLINED


@dataclass(frozen=True, slots=True)
class MembershipState:
    """A publisher, a pool, and how the one stands with the other as of now."""

    pool: SmartlinkRow
    publisher: PublisherRow
    membership: MembershipRow | None

    @property
    def status(self) -> str | None:
        """`pending`, `approved`, `declined`, or None for somebody who never asked."""
        return self.membership.status if self.membership else None

    @property
    def code(self) -> str | None:
        """The code of the publisher's link, working or not; None where they never had one."""
        return self.membership.code if self.membership else None

    @property
    def audit_subject(self) -> str:
        """What the audit log calls the publisher on the smartlink."""
        return f"{self.pool.id}/{self.publisher.id}"

    @property
    def can_view(self) -> bool:
        """Whether the smartlink exists at all for this publisher."""
        return self.pool.settings["visibility"] != Visibility.PRIVATE or self.status == APPROVED


def pool(pool_id: str) -> SmartlinkRow:
    """The pool as of now; `NotFound` where there is none or it was deleted."""
    row = get_or_404(SmartlinkRow, "smartlink", pool_id)
    if row.status == SmartlinkStatus.DELETED:
        message = f"there is no smartlink {pool_id}"
        raise NotFound(message)
    return row


def publisher(publisher_id: str) -> PublisherRow:
    """The publisher as of now; `NotFound` where there is none."""
    return get_or_404(PublisherRow, "publisher", publisher_id)


def load_membership(pool_id: str, publisher_id: str) -> MembershipState:
    """How the publisher stands with the pool."""
    return MembershipState(pool(pool_id), publisher(publisher_id), membership(publisher_id, pool_id))


def membership(publisher_id: str, pool_id: str) -> MembershipRow | None:
    """The publisher's membership as of now; None where they never asked."""
    return get_or_none(MembershipRow, publisher_id, pool_id)


def application(application_id: str) -> ApplicationRow:
    """The application as of now; `NotFound` where there is none."""
    return get_or_404(ApplicationRow, "application", application_id)


def link_code(row: MembershipRow | None) -> str | None:
    """The code of the publisher's link while it works."""
    return row.code if row and row.status == APPROVED else None


def code_for(request: Request, standing: MembershipState) -> str:
    """The code the publisher has or gets: one that was ever theirs comes back."""
    return standing.code or request.new_code()
