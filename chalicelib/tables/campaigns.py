"""Tables of campaigns and of the smartlinks that contain them."""

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
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


class CampaignsByTokenIndex(GlobalSecondaryIndex["CampaignRow"]):
    """The campaign of a current postback token."""

    class Meta:
        index_name = "by_token"
        projection = KeysOnlyProjection()

    postback_token = UnicodeAttribute(hash_key=True)


class CampaignRow(Model):
    """A campaign as configured by the admin: `settings` is the document of the API.

    `name` is that of the settings; rows of earlier releases lack it until they are edited.
    `previous_token` is valid until `previous_token_until`, in seconds since 1970. Each smartlink that takes the
    campaign into its pool adds 1 to `link_version`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "campaigns"

    id = UnicodeAttribute(hash_key=True)
    version = IntegerAttribute()
    name = UnicodeAttribute(null=True)
    settings = SettingsAttribute(complete_campaign)
    postback_token = UnicodeAttribute()
    previous_token = UnicodeAttribute(null=True)
    previous_token_until = IntegerAttribute(null=True)
    link_version = IntegerAttribute(null=True)
    created_year = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_year = CampaignsByYearIndex()
    by_token = CampaignsByTokenIndex()


class ReplacedTokenRow(Model):
    """A postback token that a newer one replaced, with its campaign, until it expires.

    It is a table and no index: one update of a stack can add one index to a table.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "replaced_tokens"

    token = UnicodeAttribute(hash_key=True)
    campaign_id = UnicodeAttribute()
    expires_at = IntegerAttribute()


class PoolCampaignRow(Model):
    """A campaign in a smartlink (as an offer or the catch-all): finds the routes that an edit affects.

    It is written before the smartlink: by an edit that will write `edit_version` of it, at `linked_at` in seconds since
    1970. Rows of earlier releases have neither.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "offers"

    campaign_id = UnicodeAttribute(hash_key=True)
    pool_id = UnicodeAttribute(range_key=True)
    edit_version = IntegerAttribute(null=True)
    linked_at = IntegerAttribute(null=True)
