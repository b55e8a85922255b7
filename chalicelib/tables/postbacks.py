"""Tables of postback subscriptions and deliveries."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class PostbackRow(Model):
    """A postback subscription of a publisher. `event` `*` matches every event; `secret` signs the requests."""

    class Meta(TableMeta):
        table_name = table_prefix() + "postbacks"

    publisher_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    version = IntegerAttribute()
    url = UnicodeAttribute()
    event = UnicodeAttribute()
    status = UnicodeAttribute()
    secret = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class DeliveriesByPostbackIndex(GlobalSecondaryIndex["PostbackDeliveryRow"]):
    """The deliveries of one postback, a month at a time (`pbk_…#2026-11`), in order of creation."""

    class Meta:
        index_name = "by_postback"
        projection = AllProjection()

    postback_month = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)


class DeliveriesByStatusIndex(GlobalSecondaryIndex["PostbackDeliveryRow"]):
    """The deliveries of a status and shard of publishers (`dead#3`), in order of creation.

    Deliveries that an earlier release finished are not in it.
    """

    class Meta:
        index_name = "by_status"
        projection = AllProjection()

    status_shard = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)


class PostbackDeliveryRow(Model):
    """One attempt to deliver a postback. `id` is derived from the conversion's revision and the attempt.

    A row with the ID `failing#pbk_…` is no delivery: its `failed` has the IDs of the first attempts of a postback that
    failed in a row. It is deleted when an attempt succeeds.

    Nor is one with the ID `tests#pub_…`: its `tested_at` has the times of a publisher's last tests, in milliseconds.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "postback_deliveries"

    id = UnicodeAttribute(hash_key=True)
    postback_id = UnicodeAttribute()
    publisher_id = UnicodeAttribute()
    conversion_id = UnicodeAttribute(null=True)
    revision = IntegerAttribute(null=True)
    series = UnicodeAttribute()
    attempt = IntegerAttribute()
    url = UnicodeAttribute()
    status = UnicodeAttribute()
    http_status = IntegerAttribute(null=True)
    error = UnicodeAttribute(null=True)
    claimed_at = IntegerAttribute()
    at = UnicodeAttribute()
    took_ms = IntegerAttribute(null=True)
    next_try_at = UnicodeAttribute(null=True)
    postback_month = UnicodeAttribute()
    moment = UnicodeAttribute()
    expires_at = IntegerAttribute()
    status_shard = UnicodeAttribute(null=True)
    failed = UnicodeSetAttribute(null=True)
    tested_at = JSONAttribute(null=True)
    by_postback = DeliveriesByPostbackIndex()
    by_status = DeliveriesByStatusIndex()
