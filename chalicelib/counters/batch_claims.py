"""Claims: an attempt on a stream batch announces its records before it looks for other attempts on them.

Of two attempts on the same record, one therefore finds the other. A claim is found by sequence numbers, which increase
within a shard and are opaque otherwise: a reader takes the claims of the hour that end between its first record and the
widest range of a claim after its last one. These are few while the stream is read as it is written.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

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

_ENDING = 10**20
"""Numbers of DynamoDB's streams end with up to 20 digits that each shard counts for itself, as far as is known."""

_AFTER_ALL_IDS = "~"
"""A letter after `#`, which separates number and ID in a position."""

_ID_BYTES = 8


class Range(NamedTuple):
    """The smallest and the greatest of some numbers."""

    first: int
    last: int

    def overlaps(self, other: "Range") -> bool:
        """Return whether a number may be in both. Batches with a common record overlap, by whatever number it has."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Claim:
    """The attempt `batch_id` on records of one hour: the range of their sequence numbers, and of their last digits.

    `widest` is more than the width of each claim that was written to the partition before this one.
    """

    partition: str
    numbers: Range
    endings: Range
    batch_id: str
    widest: int = 0

    @property
    def level(self) -> int:
        """The lowest level whose ranges are wider than that of this claim."""
        return ((self.numbers.last - self.numbers.first).bit_length() + 1) // 2

    @property
    def position(self) -> str:
        """The sort key: claims are in the order of their last records."""
        return f"{_padded(self.numbers.last)}#{self.batch_id}"


def claim(records: Sequence[AnyRecord], now: datetime, stream: str = "") -> Claim:
    """Announce an attempt on these records of one hour, and return it. `stream` is the prefix of their stream.

    The claim is written when the widest range of the partition covers it. If that has to be raised first, the claim
    is written again after it.
    """
    sequences = [int(record.sequence) for record in records]
    attempt = Claim(
        f"{stream}{hour_of(records[0].at)}",
        _range(sequences),
        _range([sequence % _ENDING for sequence in sequences]),
        f"{records[0].sequence}-{secrets.token_hex(_ID_BYTES)}",
    )
    expires_at = expiry_time(now, STREAM_BATCH_RETENTION_DAYS)
    while True:
        _row(attempt, expires_at).save()
        row = get_or_none(BatchClaimRow, attempt.partition, WIDEST)
        if row and row.level is not None and row.level >= attempt.level:
            return replace(attempt, widest=_BASE**row.level)
        _widen(attempt, expires_at)


def _range(numbers: Sequence[int]) -> Range:
    return Range(min(numbers), max(numbers))


def _row(attempt: Claim, expires_at: int) -> BatchClaimRow:
    return BatchClaimRow(
        attempt.partition,
        attempt.position,
        first=str(attempt.numbers.first),
        endings="-".join(map(str, attempt.endings)),
        expires_at=expires_at,
    )


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
    """Return the other claims of the partition that may have a record in common with this one."""
    greatest = min(attempt.numbers.last + attempt.widest, 10**_DIGITS - 1)
    positions = BatchClaimRow.position.between(_padded(attempt.numbers.first), _padded(greatest) + _AFTER_ALL_IDS)
    rows = BatchClaimRow.query(attempt.partition, positions, consistent_read=True)
    return [each for each in map(_read, rows) if _may_share(each, attempt) and each.batch_id != attempt.batch_id]


def _may_share(one: Claim, other: Claim) -> bool:
    return one.numbers.overlaps(other.numbers) and one.endings.overlaps(other.endings)


def withdraw(attempt: Claim) -> None:
    """Delete the claim of an attempt that cannot commit any more."""
    BatchClaimRow(attempt.partition, attempt.position).delete()


def _read(row: BatchClaimRow) -> Claim:
    last, _, batch_id = row.position.partition("#")
    endings = Range(*map(int, row.endings.split("-")))
    return Claim(row.partition, Range(int(row.first), int(last)), endings, batch_id)


def _padded(sequence: int) -> str:
    return f"{sequence:0{_DIGITS}d}"
