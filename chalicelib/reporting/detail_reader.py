"""Reads the cells of one detail dimension for a report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from chalicelib.counters import detail_blocks
from chalicelib.counters.cells import shards_of
from chalicelib.counters.column_codec import Columns, decode_columns, encode
from chalicelib.counters.detail_blocks import DetailRows
from chalicelib.counters.detail_cells import JOINT_LAYOUT, LAYOUT, DetailCells, partition, partition_of
from chalicelib.counters.detail_codec import decode_section, places_of, sections_of
from chalicelib.counters.detail_columns import split
from chalicelib.counters.detail_places import Naming, Places, Subject
from chalicelib.counters.rollups.head import Span
from chalicelib.counters.rollups.reader import Source, Wanted, read_from
from chalicelib.counters.rollups.storage import Place


def read_details(
    days: Sequence[date], dimension: str, publisher_id: str | None, smartlinks: frozenset[str] | None = None
) -> Iterator[Columns]:
    """Yield the cells of one detail dimension on these UTC days, from the shard of one publisher or from all shards.

    `smartlinks` are IDs of routes. They limit what is read, but the result may still have cells of others.

    The dimensions are quarter, smartlink, campaign, publisher, currency, goal and the detail dimension, by its name and
    never empty. The counts are those of reports and `lost_clicks`. A cell may be in several pieces: its count is their
    sum. Values are named as the next compaction will name them.
    """
    reader = _Reader(dimension)
    wanted = Wanted(days, shards_of(publisher_id), smartlinks, frozenset({dimension}))
    return read_from(Source(reader.kind, decode_section, reader.read_days), wanted)


@dataclass(slots=True)
class _Reader:
    """Reads one dimension. `places` has the places of the partitions in which clicks of late cells were counted."""

    dimension: str
    places: dict[str, Places] = field(default_factory=dict)

    def kind(self, span: Span) -> str | None:
        """Return the kind of the dimension's items in a span, None if it was rolled up without details."""
        return self.dimension if span.has_details else None

    def read_days(self, places: Sequence[Place]) -> Iterator[Columns]:
        """Yield the dimension's cells in the partitions of days and shards."""
        for rows in detail_blocks.read([partition_of(*place) for place in places]):
            yield from self.pieces(rows)

    def pieces(self, rows: DetailRows) -> Iterator[Columns]:
        """Yield the dimension's cells in the chunks of a partition, and those that its blocks add to them."""
        for sections in map(sections_of, rows.chunks):
            for late in (0, 1):
                if section := sections.get((self.dimension, late)):
                    yield decode_section(section)
        added = self._added(rows.own, places_of(rows.chunks, self.dimension).take_all) if rows.own else {}
        self._read_places(rows.late)
        added |= self._added(rows.late, self._late_name)
        if added:
            yield decode_section(encode(added, LAYOUT))

    def _added(self, blocks: Sequence[bytes], naming: Naming) -> DetailCells:
        return split(blocks, naming, [self.dimension])

    def _read_places(self, late: Sequence[bytes]) -> None:
        """Read the places of the days of the clicks, several days at once."""
        columns = [decode_columns(block, JOINT_LAYOUT) for block in late]
        days = {day for piece in columns if any(piece.values[self.dimension]) for day in _click_days(piece)}
        missing = sorted(days - self.places.keys())
        for day, rows in zip(missing, detail_blocks.read(missing), strict=True):
            self.places[day] = places_of(rows.chunks, self.dimension)
            self._added(rows.own, self.places[day].take_all)

    def _late_name(self, click_day: str, subject: Subject, value: str) -> str:
        return self.places[partition(click_day, subject[1])].take(subject, value)


def _click_days(piece: Columns) -> Iterator[str]:
    """Yield the partition of the click's day of each late joint cell."""
    days, publishers = piece.values["click_day"], piece.values["publisher"]
    for day, publisher in zip(piece.codes["click_day"], piece.codes["publisher"], strict=True):
        yield partition(days[day], publishers[publisher])
