"""Table of the network's users."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.domain.user import FIRST_USER, UserRole
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta, get_or_none

NETWORK = "network"
"""The partition of all users: a network has at most a few hundred."""


VERSIONS = "versions"
"""The partition of the row `users`, whose version every change of a user raises."""


class UserRow(Model):
    """A user of the console and the admin API. `role` is a `UserRole`; `network` is always the same.

    The row of a removed user stays without keys and has `removed_at`, so that the audit log keeps their name.
    `email_notifications` holds a boolean for each kind of notification that the user switched on or off.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "users"

    network = UnicodeAttribute(hash_key=True, default=NETWORK)
    id = UnicodeAttribute(range_key=True)
    version = IntegerAttribute()
    name = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    role = UnicodeAttribute()
    email_notifications = JSONAttribute(default=dict)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    removed_at = UnicodeAttribute(null=True)


def first_user() -> UserRow:
    """Return the owner of the keys of earlier releases as long as no row is stored: version 0, never created."""
    return UserRow(id=FIRST_USER, version=0, name=FIRST_USER, role=UserRole.OWNER.value)


def find_user(user_id: str) -> UserRow | None:
    """Return the user, read consistently, or None if there is none or they were removed."""
    row = get_or_none(UserRow, NETWORK, user_id)
    if row is None:
        return first_user() if user_id == FIRST_USER else None
    return None if row.removed_at else row
