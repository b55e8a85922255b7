"""Tables of conversions with its indexes and lists, of slots of clicks, and of imports."""

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.domain.conversion import CLICK_DIMENSIONS
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta, get_or_none


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


class ConversionsToApproveIndex(GlobalSecondaryIndex["ConversionRow"]):
    """The pending conversions that the schedule approves, in the order of that time. It holds keys only."""

    class Meta:
        index_name = "to_approve"
        projection = KeysOnlyProjection()

    approval_shard = UnicodeAttribute(hash_key=True)
    approve_at = IntegerAttribute(range_key=True)


class ConversionRow(Model):
    """One paid action, named by click, goal and transaction ID. Money is a decimal string in `currency`.

    `goal` and `status` are null for an event that is no goal; `complete_conversion` supplies what rows of format 1
    lack. `status_by` says who set the status; if `held`, only an admin approves it. `pixel` is set if a pixel reported
    it first, even if a postback completed it. The schedule approves it at `approve_at`. `revision` increases with every
    change that publishers can see. `places` are the cap counters that count it, to give them back. `CLICK_DIMENSIONS`,
    `details` (known values by detail dimension) and `arm` are those of its click, `learned` says whether the
    optimizer uses the click.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "conversions"

    vars().update({name: UnicodeAttribute(null=True) for name in CLICK_DIMENSIONS})

    id = UnicodeAttribute(hash_key=True)
    format = IntegerAttribute(default=1)
    click_id = UnicodeAttribute()
    txid = UnicodeAttribute(null=True)
    event = UnicodeAttribute(null=True)
    goal = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    status_by = UnicodeAttribute(null=True)
    reported_by = UnicodeAttribute(null=True)
    amount = UnicodeAttribute(null=True)
    held = BooleanAttribute(null=True)
    pixel = BooleanAttribute(null=True)
    decided_at = IntegerAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    approve_at = IntegerAttribute(null=True)
    approval_shard = UnicodeAttribute(null=True)
    terms_version = IntegerAttribute(null=True)
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
    details = JSONAttribute(null=True)
    arm = UnicodeAttribute(null=True)
    learned = BooleanAttribute(null=True)
    places = JSONAttribute()
    day_shard = UnicodeAttribute()
    moment = UnicodeAttribute()
    route_day = UnicodeAttribute(null=True)
    by_day = ConversionsByDayIndex()
    by_route_day = ConversionsByClickIndex()
    to_approve = ConversionsToApproveIndex()


class ConversionListRow(Model):
    """An entry of a list of conversions (`domain/conversion_lists.py`), in order of arrival.

    It is written with every change of its conversion. The row `indexed` has the time `since` which all conversions
    have entries, in milliseconds since 1970. Without that row, conversions of earlier releases may lack entries.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "conversion_lists"

    list_key = UnicodeAttribute(hash_key=True)
    moment = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    click_id = UnicodeAttribute(null=True)
    publisher_id = UnicodeAttribute(null=True)
    campaign_id = UnicodeAttribute(null=True)
    route_id = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    goal = UnicodeAttribute(null=True)
    reported_by = UnicodeAttribute(null=True)
    since = IntegerAttribute(null=True)


class ClickGoalRow(Model):
    """The slot of a click and goal: the conversion that holds it, and the one that a pixel reported, if any.

    It keeps two reports of one sale from being booked twice, and expires with the click. If the goal counts once,
    `earlier_ids` are the conversions that held it before and were rejected.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "click_goals"

    click_id = UnicodeAttribute(hash_key=True)
    goal = UnicodeAttribute(range_key=True)
    conversion_id = UnicodeAttribute()
    pixel_id = UnicodeAttribute(null=True)
    earlier_ids = JSONAttribute(null=True)
    expires_at = IntegerAttribute()


class ConversionImportRow(Model):
    """A chunk of an import: its rows until it is finished, then their results; both as compressed JSON.

    `actor` is the user who posted the import, or their key if an earlier release wrote it. Times are milliseconds since
    1970.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "conversion_imports"

    import_id = UnicodeAttribute(hash_key=True)
    chunk = IntegerAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    actor = UnicodeAttribute()
    created_at = IntegerAttribute()
    started_at = IntegerAttribute(null=True)
    finished_at = IntegerAttribute(null=True)
    row_count = IntegerAttribute()
    rows = BinaryAttribute(null=True, legacy_encoding=False)
    results = BinaryAttribute(null=True, legacy_encoding=False)
    expires_at = IntegerAttribute()


_INDEXED = ("indexed", "since")
"""Key of the row with the time since which all conversions have entries."""


def indexed_since() -> int | None:
    """Return the time since which all conversions have entries, in milliseconds since 1970; None if it is unknown."""
    row = get_or_none(ConversionListRow, *_INDEXED)
    return row.since if row else None


def set_indexed_since(since: int) -> None:
    """Write the time since which all conversions have entries."""
    ConversionListRow(*_INDEXED, since=since).save()
