"""The people who get the e-mails of a notification."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.notifications.notification import NotificationKind
from chalicelib.notifications.preferences import wants_email
from chalicelib.notifications.send import ADMIN
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.users import NETWORK, UserRow


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user or publisher with an address. `choices` are the kinds that they switched on or off."""

    id: str
    address: str
    choices: Mapping[str, bool]

    def wants(self, kind: NotificationKind) -> bool:
        """Return whether the recipient gets e-mails of the kind."""
        return wants_email(self.choices, kind)


def recipients(owner: str) -> list[Recipient]:
    """Return everyone who may get e-mails of the owner's notifications: all users for `admin`, or the publisher."""
    if owner == ADMIN:
        return list(_users())
    publisher = _publisher(owner)
    return [publisher] if publisher else []


def recipient(owner: str, person: str) -> Recipient | None:
    """Return a recipient of the owner's notifications by ID; None if the user was removed or the account closed."""
    if owner != ADMIN:
        return _publisher(owner) if person == owner else None
    row = get_or_none(UserRow, NETWORK, person)
    return _user(row) if row else None


def _users() -> Iterator[Recipient]:
    yield from (user for row in UserRow.query(NETWORK, consistent_read=True) if (user := _user(row)))


def _user(row: UserRow) -> Recipient | None:
    """Return the user; None if they were removed or have no address."""
    return None if row.removed_at or not row.email else Recipient(row.id, row.email, row.email_notifications)


def _publisher(publisher_id: str) -> Recipient | None:
    """Return the publisher; None if there is none or the account is closed."""
    row = get_or_none(PublisherRow, publisher_id)
    if row is None or row.status == PublisherStatus.CLOSED or not row.email:
        return None
    return Recipient(row.id, row.email, row.email_notifications)
