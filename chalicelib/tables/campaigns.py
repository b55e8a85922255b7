"""Tables of campaigns and of the smartlinks that hold them."""

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class CampaignsByYearIndex(GlobalSecondaryIndex["CampaignRow"]):
    """All campaigns, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class CampaignRow(Model):
    """A campaign as the admin wrote it: `settings` is the contract's document."""

    class Meta(TableMeta):
        table_name = table_prefix() + "campaigns"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    settings = JSONAttribute()
    postback_token = UnicodeAttribute()
    created_year = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = CampaignsByYearIndex()


class PoolCampaignRow(Model):
    """That a campaign sits in a pool (as an offer or as its catch-all): finds the routes an edit touches."""

    class Meta(TableMeta):
        table_name = table_prefix() + "offers"

    campaign_id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute(range_key=True)
