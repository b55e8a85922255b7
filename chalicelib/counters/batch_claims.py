"""Claims: an attempt on a stream batch announces its records before it looks for other attempts on them.

Of two attempts on the same record, one therefore finds the other. A claim is found by sequence numbers, which increase
within a shard and are opaque otherwise: a reader takes the claims of the hour that begin at most the widest range of
a claim before its own records.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.exceptions import UpdateError

from chalicelib.counters.stream_batch import AnyRecord, hour_of
from chalicelib.domain.timestamps import expiry_time
from chalicelib.settings import STREAM_BATCH_RETENTION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.counters import BatchClaimRow

WIDEST = "widest"
"""Position of the row with the widest range of a partition. Claims begin with digits, and come before it."""

_DIGITS = 40
"""Maximum length of a sequence number of DynamoDB's streams."""

_BASE = 4
"""Ranges of one level differ by at most this factor. A larger one reads more claims and writes `WIDEST` less often."""

_AFTER_ALL_IDS = "~"
_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Claim:
    """The attempt `batch_id` on records of one hour with sequence numbers from `first` to `last`.

    `widest` is more than the width of each claim that was written to the partition before this one.
    """

    partition: str
    first: int
    last: int
    batch_id: str
    widest: int = 0

    @property
    def level(self) -> int:
        """The lowest level whose ranges are wider than that of this claim."""
        return ((self.last - self.first).bit_length() + 1) // 2

    @property
    def position(self) -> str:
        """The sort key."""
        return f"{_padded(self.first)}#{self.batch_id}"


def claim(records: Sequence[AnyRecord], now: datetime, stream: str = "") -> Claim:
    """Announce an attempt on these records of one hour, and return it. `stream` is the prefix of their stream.

    The claim is written when the widest range of the partition covers it. If that has to be raised first, the claim
    is written again after it.
    """
    sequences = [int(record.sequence) for record in records]
    attempt = Claim(
        f"{stream}{hour_of(records[0].at)}",
        min(sequences),
        max(sequences),
        f"{records[0].sequence}-{secrets.token_hex(_ID_BYTES)}",
    )
    expires_at = expiry_time(now, STREAM_BATCH_RETENTION_DAYS)
    while True:
        BatchClaimRow(attempt.partition, attempt.position, last=_padded(attempt.last), expires_at=expires_at).save()
        row = get_or_none(BatchClaimRow, attempt.partition, WIDEST)
        if row and row.level is not None and row.level >= attempt.level:
            return Claim(attempt.partition, attempt.first, attempt.last, attempt.batch_id, _BASE**row.level)
        _widen(attempt, expires_at)


def _widen(attempt: Claim, expires_at: int) -> None:
    """Raise the widest range of the partition to the level of this claim, unless it is as high."""
    level = BatchClaimRow.level
    try:
        BatchClaimRow(attempt.partition, WIDEST).update(
            [level.set(attempt.level), BatchClaimRow.expires_at.set(expires_at)],
            level.does_not_exist() | (level < attempt.level),
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def others(attempt: Claim) -> list[Claim]:
    """Return the other claims of the partition whose range overlaps that of this one."""
    since = _padded(max(attempt.first - attempt.widest, 0))
    until = _padded(attempt.last) + "#" + _AFTER_ALL_IDS
    rows = BatchClaimRow.query(attempt.partition, BatchClaimRow.position.between(since, until), consistent_read=True)
    found = [_read(row) for row in rows]
    return [each for each in found if each.last >= attempt.first and each.batch_id != attempt.batch_id]


def withdraw(attempt: Claim) -> None:
    """Delete the claim of an attempt that cannot commit any more."""
    BatchClaimRow(attempt.partition, attempt.position).delete()


def _read(row: BatchClaimRow) -> Claim:
    first, _, batch_id = row.position.partition("#")
    return Claim(row.partition, int(first), int(row.last), batch_id)


def _padded(sequence: int) -> str:
    return f"{sequence:0{_DIGITS}d}"
