"""Tables of campaigns and of the smartlinks that contain them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.domain.stored_settings import complete_campaign
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, SettingsAttribute, TableMeta


class CampaignsByYearIndex(GlobalSecondaryIndex["CampaignRow"]):
    """All campaigns, a year at a time, in order of creation."""

    class Meta:
        index_name = "by_year"
        projection = AllProjection()

    created_year = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class CampaignRow(Model):
    """A campaign as configured by the admin: `settings` is the document of the API."""

    class Meta(TableMeta):
        table_name = table_prefix() + "campaigns"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    settings = SettingsAttribute(complete_campaign)
    postback_token = UnicodeAttribute()
    created_year = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = CampaignsByYearIndex()


class PoolCampaignRow(Model):
    """A campaign in a smartlink (as an offer or the catch-all): finds the routes that an edit affects."""

    class Meta(TableMeta):
        table_name = table_prefix() + "offers"

    campaign_id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute(range_key=True)
