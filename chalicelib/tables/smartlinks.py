"""Table of smartlinks and its indexes."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class SmartlinksByYearIndex(GlobalSecondaryIndex["SmartlinkRow"]):
    """All pools, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class MarketplaceIndex(GlobalSecondaryIndex["SmartlinkRow"]):
    """The pools that every publisher may find, a year at a time: `market_year` is absent on private ones."""

    class Meta:
        index_name = "marketplace"
        projection = AllProjection()

    market_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class OptimizedSmartlinksIndex(GlobalSecondaryIndex["SmartlinkRow"]):
    """The pools to learn of, a year at a time: `optimized_year` is absent unless active in rotation `optimized`.

    Only the keys, as they are asked for every few minutes.
    """

    class Meta:
        index_name = "optimized"
        projection = KeysOnlyProjection()

    optimized_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class SmartlinkRow(Model):
    """A smartlink as the admin wrote it, with its counts of links and applications.

    A deleted one keeps its row for the sake of old clicks; its years are gone, and so it is from every list.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "pools"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    status = UnicodeAttribute()
    settings = JSONAttribute()
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
