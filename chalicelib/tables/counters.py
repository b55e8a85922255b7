"""Tables of cap counters, counter blocks, stream batches and claims on them."""

from pynamodb.attributes import BinaryAttribute, JSONAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class CapCounterRow(Model):
    """Usage of a cap in one window: `key` contains campaign, metric, window, time zone, its start and the publisher.

    `used` is the capacity used or leased out, `leased` the part of it that is leased and not yet released.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "caps"

    key = UnicodeAttribute(hash_key=True)
    used = IntegerAttribute()
    leased = IntegerAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class CounterBlockRow(Model):
    """Many cells in one item: report or detail cells of a UTC day and shard, or learning cells of a smartlink's epoch.

    `partition` is `2026-11-21#3` for reports, `2026-11-21#3#d` for details and `sml_…#1` for learning. `position` is
    `b#…` for a block, written once with the clicks or the conversion that it counts, and `a#…` for a chunk, into which
    blocks are merged. `absorbed` lists the rows that are in a chunk and may not be deleted yet. `at` is the time at
    which a learning block was written, or until which a report block has counted the clicks; in the first chunk, that
    of the newest merged block. Roll-ups and late markers (`m#2026-11`) are described in `counters/rollups/keys.py`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "counters"

    partition = UnicodeAttribute(hash_key=True)
    position = UnicodeAttribute(range_key=True)
    cells = BinaryAttribute(legacy_encoding=False)
    at = IntegerAttribute(null=True)
    version = IntegerAttribute(null=True)
    absorbed = JSONAttribute(null=True)


class StreamBatchRow(Model):
    """The outcome of an attempt to count or archive a batch of stream records, keyed by the ID of the attempt.

    A committed batch has the digests of its records. An attempt that another invocation cancelled has none, and can
    never commit. `staged` is the key of the batch's object in the archive's folder of attempts; a batch without lines
    has none.

    A batch of an earlier release is keyed by the sequence number of its first record, with a prefix for the stream of
    conversions, and has the sequence numbers of its `records`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "runs"

    first = UnicodeAttribute(hash_key=True)
    records = BinaryAttribute(legacy_encoding=False, null=True)
    digests = BinaryAttribute(legacy_encoding=False, null=True)
    staged = UnicodeAttribute(null=True)
    expires_at = IntegerAttribute()


class BatchClaimRow(Model):
    """The announcement of an attempt on a batch, so that other attempts on one of its records find it.

    `partition` is the hour in which the stream got the records, `2026-11-21T12`, with a prefix for the stream of
    conversions. `position` is the greatest sequence number of the records and the ID of the attempt, `first` their
    smallest sequence number. `endings` is the range of the last digits of their numbers. The row `widest` of a
    partition has the widest range of its claims, as a `level`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "batch_claims"

    partition = UnicodeAttribute(hash_key=True)
    position = UnicodeAttribute(range_key=True)
    first = UnicodeAttribute(null=True)
    endings = UnicodeAttribute(null=True)
    level = IntegerAttribute(null=True)
    expires_at = IntegerAttribute()
