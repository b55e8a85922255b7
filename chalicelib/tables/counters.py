"""Tables of cap counters, counter blocks and stream batches."""

from pynamodb.attributes import BinaryAttribute, JSONAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class CapCounterRow(Model):
    """How much of a cap's window is used up: `key` names campaign, metric, window, its start and the publisher.

    `used` counts what is taken and what is out on lease, `leased` what of it was leased and is not settled yet.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "caps"

    key = UnicodeAttribute(hash_key=True)
    used = IntegerAttribute()
    leased = IntegerAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class CounterBlockRow(Model):
    """Many cells in one row: of reports for one UTC day and shard, or of learning for one pool and epoch.

    `partition` is `2026-11-21#3` for reports and `sml_…#1` for learning.
    `position` is `b#…` for a block, written once with the clicks or the conversion it counts, and `a#…` for a
    chunk, into which blocks are merged; `absorbed` names what is in a chunk and may still stand beside it. `at` is
    when a block of learning was written, and in the first chunk, when the newest of all merged ones was.
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
    """That a contiguous run of stream records was counted: keyed by its first record, holding all up to its last."""

    class Meta(TableMeta):
        table_name = table_prefix() + "runs"

    first = UnicodeAttribute(hash_key=True)
    records = BinaryAttribute(legacy_encoding=False)
    expires_at = IntegerAttribute()
