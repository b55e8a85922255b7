"""Table of the network's users."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta

NETWORK = "network"
"""The partition of all users: a network has at most a few hundred."""


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
