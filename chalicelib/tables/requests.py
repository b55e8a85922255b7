"""Tables of idempotency keys and the audit log."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, LongTextAttribute, TableMeta


class IdempotencyKeyRow(Model):
    """The response to a POST with an `Idempotency-Key`, stored for 24 hours."""

    class Meta(TableMeta):
        table_name = table_prefix() + "idempotency"

    key = UnicodeAttribute(hash_key=True)
    request_digest = UnicodeAttribute()
    status = IntegerAttribute()
    answer = LongTextAttribute()
    expires_at = IntegerAttribute()


class ChangesByUserIndex(GlobalSecondaryIndex["AuditRow"]):
    """The changes by a user, a year at a time. It has no changes of earlier releases."""

    class Meta:
        index_name = "by_user"
        projection = AllProjection()

    user_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


def user_year(user_id: str, year: str) -> str:
    """Return the key of the changes by a user in a year."""
    return f"{user_id}#{year}"


class AuditRow(Model):
    """One change: who, when, before, after. `actor` is the ID of the key.

    `user_id` is a user or publisher, `user_name` their name at that time. Changes of earlier releases lack both. Only
    the row in the list of all changes has `user_year`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "audit"

    year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    user_name = UnicodeAttribute(null=True)
    user_year = UnicodeAttribute(null=True)
    action = UnicodeAttribute()
    subject = UnicodeAttribute()
    before = JSONAttribute(null=True)
    after = JSONAttribute(null=True)
    by_user = ChangesByUserIndex()
