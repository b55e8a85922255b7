"""Table of notifications."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class NotificationRow(Model):
    """A notification of the admins or a publisher: `owner_year` is `admin#2026` or `pub_…#2026`.

    `read_by` are the IDs of the users who read it. One with `read_at` is read for all: it is that of a publisher, or
    an earlier release marked it.

    Rows with other keys are no notifications. `once#…` prevents that the same one is written twice. `reader#…` has the
    ID up to which a user or publisher has read all (`read_through`). `mailed#…` is the e-mail of a notification to a
    person: a process claimed it (`claimed_at`, in seconds since 1970) and finished it, or was refused with an `error`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "notifications"

    owner_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute(null=True)
    subject = JSONAttribute(null=True)
    text = UnicodeAttribute(null=True)
    read_at = UnicodeAttribute(null=True)
    read_by = UnicodeSetAttribute(null=True)
    read_through = UnicodeAttribute(null=True)
    claimed_at = IntegerAttribute(null=True)
    finished_at = UnicodeAttribute(null=True)
    error = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    expires_at = IntegerAttribute()
