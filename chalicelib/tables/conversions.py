"""Table of conversions and its indexes."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.domain.conversion import CLICK_DIMENSIONS
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class ConversionsByDayIndex(GlobalSecondaryIndex["ConversionRow"]):
    """The conversions of one UTC day and shard (`2026-11-21#3`), in order of arrival."""

    class Meta:
        index_name = "by_day"
        projection = AllProjection()

    day_shard = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)


class ConversionsByClickIndex(GlobalSecondaryIndex["ConversionRow"]):
    """The conversions of one route's clicks of a UTC day (`sml_…#2026-11-21`), in order of the clicks."""

    class Meta:
        index_name = "by_route_day"
        projection = AllProjection()

    route_day = UnicodeAttribute(hash_key=True)
    click_id = UnicodeAttribute(range_key=True)


class ConversionRow(Model):
    """One paid action, named by (click, transaction ID, event). Money is a decimal string in `currency`.

    `revision` increases with every change of `status`. `places` are the cap counters that count it, to give them back.
    `CLICK_DIMENSIONS` and `arm` are those of its click, `learned` tells whether the optimizer uses the click.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "conversions"

    vars().update({name: UnicodeAttribute(null=True) for name in CLICK_DIMENSIONS})

    id = UnicodeAttribute(hash_key=True)
    format = IntegerAttribute(default=1)
    click_id = UnicodeAttribute()
    txid = UnicodeAttribute(null=True)
    event = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    revision = IntegerAttribute()
    at = IntegerAttribute()
    click_at = IntegerAttribute()
    campaign_id = UnicodeAttribute()
    route_id = UnicodeAttribute()
    epoch = IntegerAttribute()
    publisher_id = UnicodeAttribute()
    payout = UnicodeAttribute()
    revenue = UnicodeAttribute()
    currency = UnicodeAttribute()
    arm = UnicodeAttribute(null=True)
    learned = BooleanAttribute(null=True)
    places = JSONAttribute()
    day_shard = UnicodeAttribute()
    moment = UnicodeAttribute()
    route_day = UnicodeAttribute(null=True)
    by_day = ConversionsByDayIndex()
    by_route_day = ConversionsByClickIndex()
