"""Tables of routes, weight history and links."""

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class RouteRow(Model):
    """What the redirect reads. `id` is the pool's or campaign's; `id@version` keeps each one published.

    What was learned stands beside the snapshot of the route in force, so that an edit leaves it as it is; past
    weights are in `WeightHistory`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "routes"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    snapshot = BinaryAttribute(legacy_encoding=False)
    weights = BinaryAttribute(legacy_encoding=False, null=True)
    weights_version = IntegerAttribute(null=True)


class WeightHistoryRow(Model):
    """One run of learning for one pool, a month at a time (`sml_…#2026-11`): what came of it, from which figures.

    `version` is the moment of the run in seconds since 1970; `weights` are exactly the bytes that it published into
    the route, absent where it was `skipped` for a `reason`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "weight_history"

    pool_month = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute(range_key=True)
    status = UnicodeAttribute()
    weights = BinaryAttribute(legacy_encoding=False, null=True)
    run = BinaryAttribute(legacy_encoding=False, null=True)
    reason = UnicodeAttribute(null=True)
    route_version = IntegerAttribute(null=True)
    epoch = IntegerAttribute(null=True)
    expires_at = IntegerAttribute()


class LinkRow(Model):
    """A code in the world. It never changes and is never given out again; `active` tells if it still works."""

    class Meta(TableMeta):
        table_name = table_prefix() + "links"

    code = UnicodeAttribute(hash_key=True)
    publisher_id = UnicodeAttribute()
    route_id = UnicodeAttribute()
    active = BooleanAttribute()
    publisher_active = BooleanAttribute()
