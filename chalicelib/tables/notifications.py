"""Table of notifications."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class NotificationRow(Model):
    """A notification of the admins or a publisher: `owner_year` is `admin#2026` or `pub_…#2026`.

    A row with the key `once#…` is no notification: it prevents that the same one is written twice.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "notifications"

    owner_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute(null=True)
    subject = JSONAttribute(null=True)
    text = UnicodeAttribute(null=True)
    read_at = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    expires_at = IntegerAttribute()
