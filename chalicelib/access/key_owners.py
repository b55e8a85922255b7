"""Owners of API keys: how many keys each may have, and the checks that they may have any."""

from collections.abc import Callable
from dataclasses import dataclass

from pynamodb.transactions import TransactWrite

from chalicelib.access.membership import get_publisher_or_404
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.authentication import Role
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.users import NETWORK, UserRow, find_user

MAX_KEYS = 20
"""Maximum number of live keys of a user or publisher."""

MAX_SELF_MADE = 5
"""Number of live keys from which on publishers cannot make further ones themselves. Admins may, up to `MAX_KEYS`."""


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """A user or publisher, and the number of live keys up to which the caller may make one for them.

    `check` raises `NotFound` without the owner, and `Conflict` if their account is closed. `add_check` fails a
    transaction if either happened meanwhile.
    """

    role: Role
    id: str
    max_keys: int
    check: Callable[[], None]
    add_check: Callable[[TransactWrite], None]

    @property
    def title(self) -> str:
        """Return the owner as the beginning of a sentence."""
        return f"{'User' if self.role is Role.ADMIN else 'Publisher'} {self.id}"


def publisher(publisher_id: str, max_keys: int = MAX_KEYS) -> KeyOwner:
    """Return the owner of a publisher's keys."""

    def check() -> None:
        if get_publisher_or_404(publisher_id).status == PublisherStatus.CLOSED:
            message = f"The account of publisher {publisher_id} is closed. Set its status to active first."
            raise Conflict(message)

    def add_check(write: TransactWrite) -> None:
        is_open = PublisherRow.status != PublisherStatus.CLOSED.value
        write.condition_check(PublisherRow, publisher_id, condition=is_open)

    return KeyOwner(Role.PUBLISHER, publisher_id, max_keys, check, add_check)


def user(user_id: str) -> KeyOwner:
    """Return the owner of a user's keys."""

    def check() -> None:
        if find_user(user_id) is None:
            message = f"There is no user {user_id}."
            raise NotFound(message)

    def add_check(write: TransactWrite) -> None:
        write.condition_check(UserRow, NETWORK, user_id, condition=UserRow.removed_at.does_not_exist())

    return KeyOwner(Role.ADMIN, user_id, MAX_KEYS, check, add_check)
