"""Tables of smartlinks, of their versions, and of the work that their edits left to do."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
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


class SmartlinkTaskRow(Model):
    """Work on the publishers of a smartlink that follows from a change of it, written in the change's transaction.

    `queue` is the same for all tasks: there are only a few at a time. `id` is in the order of `at`. `version` is that
    of the smartlink after the change. `actor`, `actor_name` and `operation_id` are who changed it and how. `cursor` is
    the last publisher or application that was worked off. A task is deleted when it is done.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "smartlink_tasks"

    queue = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    kind = UnicodeAttribute()
    pool_id = UnicodeAttribute(null=True)
    version = IntegerAttribute(null=True)
    publisher_id = UnicodeAttribute(null=True)
    campaign_ids = JSONAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    actor_name = UnicodeAttribute(null=True)
    operation_id = UnicodeAttribute(null=True)
    at = UnicodeAttribute()
    cursor = UnicodeAttribute(null=True)
