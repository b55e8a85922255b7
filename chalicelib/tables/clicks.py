"""Tables of clicks, click ID lists and duplicate markers."""

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class ClickRow(Model):
    """One recorded visit, in under 1 KB: short names, and nothing that the route's version already tells."""

    class Meta(TableMeta):
        table_name = table_prefix() + "clicks"

    click_id = UnicodeAttribute(hash_key=True)
    at = IntegerAttribute()
    expires_at = IntegerAttribute()
    code = UnicodeAttribute(attr_name="lc")
    route_id = UnicodeAttribute(attr_name="ro")
    route_version = IntegerAttribute(attr_name="rv")
    epoch = IntegerAttribute(attr_name="ep")
    publisher_id = UnicodeAttribute(attr_name="pu")
    outcome = UnicodeAttribute(attr_name="ou")
    campaign_id = UnicodeAttribute(attr_name="ca", null=True)
    refusals = UnicodeAttribute(attr_name="re", null=True)
    arm = UnicodeAttribute(attr_name="ar")
    propensity = UnicodeAttribute(attr_name="pr", null=True)
    weights_version = IntegerAttribute(attr_name="wv", null=True)
    segment = UnicodeAttribute(attr_name="sg", null=True)
    country = UnicodeAttribute(attr_name="co", null=True)
    region = UnicodeAttribute(attr_name="rg", null=True)
    city = UnicodeAttribute(attr_name="ci", null=True)
    device = UnicodeAttribute(attr_name="de")
    os = UnicodeAttribute()
    browser = UnicodeAttribute(attr_name="br", null=True)
    language = UnicodeAttribute(attr_name="la", null=True)
    is_bot = BooleanAttribute(attr_name="bo", null=True)
    is_duplicate = BooleanAttribute(attr_name="du", null=True)
    sub_ids = JSONAttribute(attr_name="su", null=True)
    source = UnicodeAttribute(attr_name="so", null=True)
    external_click_id = UnicodeAttribute(attr_name="ex", null=True)
    parameters = UnicodeAttribute(attr_name="qu", null=True)


class DuplicateMarkerRow(Model):
    """That a visitor was seen on a campaign, until `expires_at` (seconds)."""

    class Meta(TableMeta):
        table_name = table_prefix() + "duplicates"

    key = UnicodeAttribute(hash_key=True)
    click_id = UnicodeAttribute()
    expires_at = IntegerAttribute()


class ClickListRow(Model):
    """The clicks of one run on one route and UTC day (`sml_…#2026-11-21`), by the greatest of their IDs."""

    class Meta(TableMeta):
        table_name = table_prefix() + "click_lists"

    route_day = UnicodeAttribute(hash_key=True)
    greatest = UnicodeAttribute(range_key=True)
    click_ids = BinaryAttribute(legacy_encoding=False)
    expires_at = IntegerAttribute()
