"""Tables of routes, weight history and links."""

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class RouteRow(Model):
    """A compiled route. `id` is that of the smartlink or campaign; `id@version` is a copy of each published version.

    The learned weights are an attribute of the current route, so that an edit does not change them; past weights are
    in `WeightHistoryRow`. Only a version that was replaced has `expires_at`, and a row of
    version 0, which makes the creation of a smartlink fail.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "routes"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    snapshot = BinaryAttribute(legacy_encoding=False)
    weights = BinaryAttribute(legacy_encoding=False, null=True)
    weights_version = IntegerAttribute(null=True)
    expires_at = IntegerAttribute(null=True)


class WeightHistoryRow(Model):
    """One optimizer run of one smartlink, a month at a time (`sml_…#2026-11`): its result and its statistics.

    `version` is the time of the run in seconds since 1970. `weights` are exactly the bytes that it published into the
    route; they are absent if it was `skipped` for a `reason`.
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
    """A published link code. It never changes and is never reused; `active` is whether it still works.

    `terms_version` and `terms_caps` copy the publisher's terms in force, so that the redirect does not read these:
    their version and the caps that they set (`domain.terms`), None if they set none.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "links"

    code = UnicodeAttribute(hash_key=True)
    publisher_id = UnicodeAttribute()
    route_id = UnicodeAttribute()
    active = BooleanAttribute()
    publisher_active = BooleanAttribute()
    terms_version = IntegerAttribute(null=True)
    terms_caps = UnicodeAttribute(null=True)
