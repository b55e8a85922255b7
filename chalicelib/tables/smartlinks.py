"""Tables of smartlinks and of their versions."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.domain.stored_settings import complete_smartlink
from chalicelib.settings import table_prefix
from chalicelib.tables.base import (
    IntegerAttribute,
    LongTextAttribute,
    PackedSettingsAttribute,
    SettingsAttribute,
    TableMeta,
)


class SmartlinksByYearIndex(GlobalSecondaryIndex["SmartlinkRow"]):
    """All smartlinks, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class MarketplaceIndex(GlobalSecondaryIndex["SmartlinkRow"]):
    """The smartlinks in the marketplace, a year at a time: `market_year` is absent on private ones."""

    class Meta:
        index_name = "marketplace"
        projection = AllProjection()

    market_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class OptimizedSmartlinksIndex(GlobalSecondaryIndex["SmartlinkRow"]):
    """The smartlinks to optimize, a year at a time: `optimized_year` is absent unless active in rotation `optimized`.

    It contains only the keys, because it is read every few minutes.
    """

    class Meta:
        index_name = "optimized"
        projection = KeysOnlyProjection()

    optimized_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class SmartlinkRow(Model):
    """A smartlink as configured by the admin, with its numbers of links and applications.

    `name` is that of the settings; rows of earlier releases lack it until they are edited. The row of a deleted
    smartlink stays for old clicks, without the year attributes, so that no list contains it.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "pools"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    status = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    settings = SettingsAttribute(complete_smartlink)
    epoch = IntegerAttribute()
    live_count = IntegerAttribute()
    pending_count = IntegerAttribute()
    created_year = UnicodeAttribute(null=True)
    market_year = UnicodeAttribute(null=True)
    optimized_year = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = SmartlinksByYearIndex()
    marketplace = MarketplaceIndex()
    optimized = OptimizedSmartlinksIndex()


class SmartlinkVersionRow(Model):
    """One version of a smartlink: its document, who made it, and what changed since the version before.

    `action` is a `VersionAction`, `changes` the JSON of `admin.smartlinks.version_changes`. The newest version does not
    expire; `expires_at` is set when the next one is written.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "smartlink_versions"

    smartlink_id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    at = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    action = UnicodeAttribute()
    restored_version = IntegerAttribute(null=True)
    cloned_from = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    settings = PackedSettingsAttribute(complete_smartlink)
    changes = LongTextAttribute(default="[]")
    omitted_changes = IntegerAttribute(default=0)
    expires_at = IntegerAttribute(null=True)
