"""Table of refused postbacks."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class RefusedPostbacksByDayIndex(GlobalSecondaryIndex["RefusedPostbackRow"]):
    """The refused postbacks of one UTC day and shard (`2026-11-21#3`) in order, those of a campaign in one shard."""

    class Meta:
        index_name = "by_day"
        projection = AllProjection()

    day_shard = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)


class RefusedPostbackRow(Model):
    """A refused postback of a campaign on a UTC day (`cmp_…#2026-11-21`). `at` is in milliseconds since 1970.

    One row for each hour has the number of rows that it `stored`. It has the other attributes once refusals were left
    out: it then lists how many were `omitted`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "refused_postbacks"

    campaign_day = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    id = UnicodeAttribute(null=True)
    at = IntegerAttribute(null=True)
    campaign_id = UnicodeAttribute(null=True)
    click_id = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    detail = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)
    sent_query = UnicodeAttribute(null=True)
    stored = IntegerAttribute(null=True)
    omitted = IntegerAttribute(null=True)
    day_shard = UnicodeAttribute(null=True)
    expires_at = IntegerAttribute()
    by_day = RefusedPostbacksByDayIndex()
