"""Tables of idempotency keys and the audit log."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
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


class AuditRow(Model):
    """One change by an admin: who, when, before, after."""

    class Meta(TableMeta):
        table_name = table_prefix() + "audit"

    year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    action = UnicodeAttribute()
    subject = UnicodeAttribute()
    before = JSONAttribute(null=True)
    after = JSONAttribute(null=True)
