"""All users at one version: what must hold for them together, and the write that keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.user import FIRST_USER, UserRole
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.error_details import Error
from chalicelib.http.fields import MAX_EMAIL
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import Conflict, Forbidden, NotFound
from chalicelib.http.references import texts_at
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.users import NETWORK, VERSIONS, UserRow, first_user

MAX_USERS = 200
_USERS = "users"


@dataclass(frozen=True, slots=True)
class Roster:
    """The users who are not removed, and the version of all users. Every change of a user raises that version.

    A change that was decided by one version fails if another was made meanwhile, and is decided anew. So two owners
    cannot remove each other, and no two users can get the same e-mail address.
    """

    version: int
    users: Sequence[UserRow]

    def get_or_404(self, user_id: str) -> UserRow:
        """Return the user; raise `NotFound` if there is none or they were removed."""
        row = next((each for each in self.users if each.id == user_id), None)
        if row is None:
            message = f"There is no user {user_id}."
            raise NotFound(message)
        return row

    def check_owner(self, user_id: str) -> None:
        """Raise `Forbidden` unless the user is an owner: a caller may be none any more since they were authorized."""
        if not any(each.id == user_id and each.role == UserRole.OWNER for each in self.users):
            message = "Only owners of the network change users. You may change your own email_notifications."
            raise Forbidden(message)

    def email_errors(self, user_id: str, sent: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
        """Return an error if another user has the e-mail address of a sent document."""
        taken = {_comparable(each.email) for each in self.users if each.email and each.id != user_id}
        emails = texts_at(sent, "email", max_length=MAX_EMAIL)
        return [(pointer, "is that of another user") for pointer, each in emails.items() if _comparable(each) in taken]

    def check_room(self) -> None:
        """Raise `Conflict` if there are as many users as a network may have."""
        if len(self.users) >= MAX_USERS:
            message = f"A network has at most {MAX_USERS} users. Remove one first."
            raise Conflict(message)

    def check_not_last_owner(self, user_id: str) -> None:
        """Raise `Conflict` if the user is the only owner."""
        if [each.id for each in self.users if each.role == UserRole.OWNER] == [user_id]:
            message = f"User {user_id} is the last owner. Make another user an owner first."
            raise Conflict(message)


def load_roster() -> Roster:
    """Return all users, read consistently: the version first, so that a change in between fails a later write."""
    head = get_or_none(UserRow, VERSIONS, _USERS)
    stored = list(UserRow.query(NETWORK, consistent_read=True))
    implicit = [] if any(each.id == FIRST_USER for each in stored) else [first_user()]
    return Roster(head.version if head else 0, [*implicit, *(each for each in stored if not each.removed_at)])


def save(
    request: Request, roster: Roster, row: UserRow, change: AuditChange, response: ResponseModel | None = None
) -> None:
    """Write a new, edited or removed user; raise `TransactionConflict` if a user changed since the roster was read."""
    is_unchanged = UserRow.version == roster.version if roster.version else UserRow.id.does_not_exist()
    has_version = UserRow.version == row.version - 1 if row.version > 1 else UserRow.id.does_not_exist()
    with transaction(request, response, change) as write:
        write.update(UserRow(VERSIONS, _USERS), [UserRow.version.set(roster.version + 1)], is_unchanged)
        write.save(row, has_version)


def _comparable(email: str) -> str:
    return email.strip().casefold()
