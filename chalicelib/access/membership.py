"""The membership of a publisher in a smartlink."""

from dataclasses import dataclass

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import SmartlinkStatus, Visibility
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import found
from chalicelib.tables.base import existing
from chalicelib.tables.publishers import Application, Membership, Publisher
from chalicelib.tables.smartlinks import Pool

APPROVED, PENDING, DECLINED = ApplicationStatus.APPROVED, ApplicationStatus.PENDING, ApplicationStatus.DECLINED


@dataclass(frozen=True, slots=True)
class Standing:
    """A publisher, a pool, and how the one stands with the other as of now."""

    pool: Pool
    publisher: Publisher
    membership: Membership | None

    @property
    def status(self) -> str | None:
        """`pending`, `approved`, `declined`, or None for somebody who never asked."""
        return self.membership.status if self.membership else None

    @property
    def code(self) -> str | None:
        """The code of the publisher's link, working or not; None where they never had one."""
        return self.membership.code if self.membership else None

    @property
    def pair(self) -> str:
        """What the audit log calls the publisher on the smartlink."""
        return f"{self.pool.id}/{self.publisher.id}"

    @property
    def sees_the_pool(self) -> bool:
        """Whether the smartlink exists at all for this publisher."""
        return self.pool.settings["visibility"] != Visibility.PRIVATE or self.status == APPROVED


def pool(pool_id: str) -> Pool:
    """The pool as of now; `NotFound` where there is none or it was deleted."""
    row = found(Pool, "smartlink", pool_id)
    if row.status == SmartlinkStatus.DELETED:
        message = f"there is no smartlink {pool_id}"
        raise NotFound(message)
    return row


def publisher(publisher_id: str) -> Publisher:
    """The publisher as of now; `NotFound` where there is none."""
    return found(Publisher, "publisher", publisher_id)


def standing_of(pool_id: str, publisher_id: str) -> Standing:
    """How the publisher stands with the pool."""
    return Standing(pool(pool_id), publisher(publisher_id), membership(publisher_id, pool_id))


def membership(publisher_id: str, pool_id: str) -> Membership | None:
    """The publisher's membership as of now; None where they never asked."""
    return existing(Membership, publisher_id, pool_id)


def application(application_id: str) -> Application:
    """The application as of now; `NotFound` where there is none."""
    return found(Application, "application", application_id)


def link_code(row: Membership | None) -> str | None:
    """The code of the publisher's link while it works."""
    return row.code if row and row.status == APPROVED else None


def code_for(request: Request, standing: Standing) -> str:
    """The code the publisher has or gets: one that was ever theirs comes back."""
    return standing.code or request.new_code()
