"""Batch of consecutive stream records that one transaction counts: its cells and its click ID lists."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar

from chalicelib.counters import cells, detail_cells, learning_cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.detail_cells import JointCell, JointCells
from chalicelib.counters.learning_cells import LearningCell, LearningCells

MAX_RECORDS = 1_000
"""Maximum records of a batch: as many as Lambda delivers."""

MAX_ITEMS = 99
"""Maximum number of blocks, their late markers, and click ID lists.

With the row of the batch they are the 100 items of a transaction.
"""

MAX_TEXT_BYTES = 200_000
"""Maximum size of the values of sub1, and of those of detail dimensions, which are in other items.

They fit into one item of 400 KB even if they do not compress.
"""

DIGEST_BYTES = 7
"""Length of the digest of a record. It is compared with those of a few thousand others."""

_HOUR_MS = 3_600_000
_UTF8_BYTES = 4
"""Maximum length of a character."""


class Positioned(Protocol):
    """A record of a stream: its sequence number, its time in milliseconds, and its digest."""

    @property
    def sequence(self) -> str:
        """The sequence number. Two shards of a stream may have the same."""

    @property
    def at(self) -> int:
        """The time at which the stream got the record, in milliseconds since 1970, 0 if it is unknown."""

    @property
    def digest(self) -> bytes:
        """The digest of the sequence number and the item's key: an item's records are in one shard at a time."""


AnyRecord = TypeVar("AnyRecord", bound=Positioned)


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record of the clicks' stream: its position, and the click if it has one.

    `complaint` is the error if the click could not be decoded.
    """

    sequence: str
    at: int
    digest: bytes
    click: Mapping[str, Any] | None = None
    complaint: str | None = None


@dataclass(slots=True)
class StreamBatch:
    """The records of a batch and what they add.

    `counted` are report cells, `details` joint cells, `learned` learning cells by partition, `clicks` the counted
    clicks, `lists` their IDs by route and UTC day, `list_expiry` when the last click of a list expires, `poison` the
    records that cannot be counted, with the error.
    """

    records: list[StreamRecord] = field(default_factory=list)
    counted: Cells = field(default_factory=dict)
    details: JointCells = field(default_factory=dict)
    learned: dict[str, LearningCells] = field(default_factory=dict)
    clicks: list[Mapping[str, Any]] = field(default_factory=list)
    lists: dict[tuple[str, date], list[str]] = field(default_factory=dict)
    list_expiry: dict[tuple[str, date], int] = field(default_factory=dict)
    poison: list[tuple[StreamRecord, str]] = field(default_factory=list)

    @property
    def newest(self) -> int | None:
        """The time in milliseconds of the newest record, None if the stream gave none."""
        return max((record.at for record in self.records), default=0) or None


@dataclass(frozen=True, slots=True)
class _RecordEffect:
    """What one record adds: one to `count` of `cell` (None: nothing), and its ID to the list of a route and day.

    `detail` is the joint cell that gets one to `count` too, `learned` the partition and the learning cell of the click.
    """

    cell: Cell | None = None
    count: str = ""
    route_day: tuple[str, date] | None = None
    detail: JointCell | None = None
    learned: tuple[str, LearningCell] | None = None
    complaint: str | None = None

    @property
    def items(self) -> set[object]:
        """The items of the transaction that the record changes. Each partition may have a late marker too."""
        if self.cell is None:
            return set()
        day, shard = cells.day_of(self.cell.quarter), cells.shard_of(self.cell.publisher)
        partition, details = cells.partition(day, shard), self.detail and detail_cells.partition_of(day, shard)
        learned = self.learned and self.learned[0]
        changed = (partition, (partition, "marker"), details, self.route_day, learned)
        return {item for item in changed if item}

    @property
    def sub1_bytes(self) -> int:
        """The maximum size of the value of sub1. The publisher's visitors choose it, as they do details."""
        return _max_bytes(self.cell.sub1) if self.cell else 0

    @property
    def detail_bytes(self) -> int:
        """The maximum size of the values of detail dimensions."""
        return _max_bytes("".join(self.detail[-len(detail_cells.DETAILS) :])) if self.detail else 0  # type: ignore[arg-type]


def _max_bytes(text: str) -> int:
    return len(text) if text.isascii() else _UTF8_BYTES * len(text)


def position_of(received: Mapping[str, Any]) -> tuple[str, int, bytes]:
    """Return the sequence number of a record of a stream's event, its time in milliseconds, and its digest."""
    change = received["dynamodb"]
    named = change["SequenceNumber"] + json.dumps(change.get("Keys"), sort_keys=True)
    digest = hashlib.blake2b(named.encode(), digest_size=DIGEST_BYTES).digest()
    return change["SequenceNumber"], int(float(change.get("ApproximateCreationDateTime", 0)) * 1000), digest


def hour_of(at: int) -> str:
    """Return the UTC hour of a time in milliseconds, `2026-11-21T12`."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H}"


def within_an_hour(records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
    """Yield the records from the start that the stream got in the hour of the first one."""
    hour = None
    for record in records:
        hour = record.at // _HOUR_MS if hour is None else hour
        if record.at // _HOUR_MS != hour:
            return
        yield record


def take_batch(records: Iterable[StreamRecord]) -> StreamBatch:
    """Return the longest batch from the start of the records that fits into one transaction and is of one hour."""
    batch, items, sub1_bytes, detail_bytes = StreamBatch(), set[object](), 0, 0
    for record in within_an_hour(records):
        effect = _effect(record)
        items |= effect.items
        sub1_bytes += effect.sub1_bytes
        detail_bytes += effect.detail_bytes
        is_too_large = len(items) > MAX_ITEMS or max(sub1_bytes, detail_bytes) > MAX_TEXT_BYTES
        if batch.records and (len(batch.records) == MAX_RECORDS or is_too_large):
            break
        _add(batch, record, effect)
    return batch


def _effect(record: StreamRecord) -> _RecordEffect:
    if record.click is None and record.complaint is None:
        return _RecordEffect()
    try:
        cell, count = cells.cell_of_click(record.click or {})
        route_day = (cell.smartlink, cells.day_of(cell.quarter))
        detail = detail_cells.joint_cell(cell, detail_cells.values_of_click(record.click or {}))
        learned = learning_cells.of_click(record.click or {})
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        complaint = record.complaint or f"{type(error).__name__}: {error}"
        return _RecordEffect(Cell(cells.quarter_of(record.at)), "poison", complaint=complaint)
    return _RecordEffect(cell, count, route_day, detail, learned)


def _add(batch: StreamBatch, record: StreamRecord, effect: _RecordEffect) -> None:
    batch.records.append(record)
    if effect.cell:
        cells.add(batch.counted, effect.cell, **{effect.count: 1})
    if effect.detail and effect.cell:
        is_lost = bool(effect.cell.reason) and effect.count != "bot_clicks"
        detail_cells.add(batch.details, effect.detail, **{effect.count: 1, "lost_clicks": int(is_lost)})
    if effect.learned:
        learning_cells.add_click(batch.learned, *effect.learned)
    if effect.route_day and record.click:
        batch.clicks.append(record.click)
        batch.lists.setdefault(effect.route_day, []).append(record.click["click_id"])
        expires_at = max(batch.list_expiry.get(effect.route_day, 0), record.click.get("expires_at", 0))
        batch.list_expiry[effect.route_day] = expires_at
    if effect.complaint:
        batch.poison.append((record, effect.complaint))
