"""A contiguous run of stream records: what it adds to which cells and lists, and where it ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.counters import cells, learning_cells
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.learning_cells import LearningCell, LearningCells

MAX_RECORDS = 500
MAX_ITEMS = 99
"""Of the hundred of a transaction, one of which is the run's own: cells of partitions and lists of routes."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record of the clicks' stream: its sequence number, when it came, and the click (None: nothing to count).

    `complaint` says why a click could not be read.
    """

    sequence: str
    at: int
    click: Mapping[str, Any] | None = None
    complaint: str | None = None


@dataclass(slots=True)
class StreamBatch:
    """What the records of one run come to.

    `counted` are cells of reports, `learned` cells of learning by their partition, `lists` IDs of clicks by route
    and UTC day.
    """

    records: list[StreamRecord] = field(default_factory=list)
    counted: Cells = field(default_factory=dict)
    learned: dict[str, LearningCells] = field(default_factory=dict)
    lists: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    poison: list[tuple[StreamRecord, str]] = field(default_factory=list)

    @property
    def sequences(self) -> list[str]:
        """The sequence numbers of its records, in order."""
        return [record.sequence for record in self.records]


@dataclass(frozen=True, slots=True)
class _RecordEffect:
    """What one record comes to: one more of `what` in the cell `where` (None: nothing), in the route's `listed` day.

    `learned` is the partition and the cell of learning that get one click more.
    """

    where: Cell | None = None
    what: str = ""
    listed: tuple[str, str] | None = None
    learned: tuple[str, LearningCell] | None = None
    complaint: str | None = None

    @property
    def items(self) -> set[object]:
        """The items of the transaction that it touches."""
        if self.where is None:
            return set()
        partition = cells.partition(cells.day_of(self.where.quarter), cells.shard_of(self.where.publisher))
        touched = (partition, self.listed, self.learned and self.learned[0])
        return {item for item in touched if item}


def take_batch(records: Iterable[StreamRecord]) -> StreamBatch:
    """The longest run at the beginning of the records that one transaction can hold."""
    run, items = StreamBatch(), set[object]()
    for record in records:
        reading = _read(record)
        items |= reading.items
        if run.records and (len(run.records) == MAX_RECORDS or len(items) > MAX_ITEMS):
            break
        _take(run, record, reading)
    return run


def _read(record: StreamRecord) -> _RecordEffect:
    if record.click is None and record.complaint is None:
        return _RecordEffect()
    try:
        where, what = cells.cell_of_click(record.click or {})
        listed = (where.smartlink, cells.day_of(where.quarter).isoformat())
        learned = learning_cells.of_click(record.click or {})
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        complaint = record.complaint or f"{type(error).__name__}: {error}"
        return _RecordEffect(Cell(cells.quarter_of(record.at)), "poison", complaint=complaint)
    return _RecordEffect(where, what, listed, learned)


def _take(run: StreamBatch, record: StreamRecord, reading: _RecordEffect) -> None:
    run.records.append(record)
    if reading.where:
        cells.add(run.counted, reading.where, **{reading.what: 1})
    if reading.learned:
        learning_cells.add_click(run.learned, reading.learned)
    if reading.listed and record.click:
        run.lists.setdefault(reading.listed, []).append(record.click["click_id"])
    if reading.complaint:
        run.poison.append((record, reading.complaint))


def skip_counted(counted: Sequence[str], records: Sequence[StreamRecord]) -> tuple[list[StreamRecord], list[str]]:
    """Of records that begin where a counted run began: those beyond it, and what of the run lies beyond them."""
    known = set(counted)
    beyond = [record for record in records if record.sequence not in known]
    if beyond:
        return beyond, []
    return [], list(counted[len(records) :])
