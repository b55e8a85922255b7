from collections.abc import Callable
from datetime import timedelta
from itertools import count as numbers

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, detail_blocks, detail_cells, detail_compaction
from chalicelib.counters.detail_cells import JointCell
from chalicelib.counters.rollups import plan, storage
from chalicelib.counters.rollups.build import GARBAGE_AGE
from chalicelib.counters.rollups.storage import HeadChanged
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow
from tests.rolled_up import NOW, a_builder, a_cell, count, count_detail, counted, day, read, sums

pytestmark = pytest.mark.usefixtures("tables")

DAYS = [day(n) for n in range(4)]
LATER = NOW + timedelta(minutes=70)


def always() -> bool:
    return True


def never() -> bool:
    return False


def stored_items() -> list[str]:
    """Return the sort keys of all items of the first publisher's shard."""
    return [row.position for row in CounterBlockRow.query(f"m#2026-11#{cells.shard_of('pub_1')}")]


def fail_at(patch: pytest.MonkeyPatch, failing: int) -> Callable[[], bool]:
    """Let the write of this number fail, and all after it; return whether there was such a write."""
    calls = numbers()
    failed = []

    def guard(name: str) -> None:
        write = getattr(storage, name)

        def guarded(*arguments: object) -> object:
            if next(calls) >= failing:
                failed.append(name)
                raise ConnectionError
            return write(*arguments)

        patch.setattr(storage, name, guarded)

    for name in ("write_head", "write_items", "delete"):
        guard(name)
    return lambda: bool(failed)


def test_days_are_one_generation_of_full_and_lite_items() -> None:
    count("a", [a_cell(n, country=country) for n in range(3) for country in ("US", "GB", "DE")])
    assert a_builder().roll_up(DAYS, always) == 4
    (span,) = a_builder().head.spans
    assert (sorted(span.days), span.cells, span.items) == (DAYS, 9, {"f": [("sml_1", "sml_1")], "l": [("sml_1",) * 2]})
    assert stored_items() == ["f#00000001#0000", "l#00000001#0000"]


def test_lite_items_are_left_out_if_they_are_as_many() -> None:
    count("a", [a_cell(n) for n in range(3)])
    a_builder().roll_up(DAYS, always)
    assert stored_items() == ["f#00000001#0000"]


def test_span_ends_with_its_maximum_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SPAN_CELLS", 2)
    count("a", [a_cell(n) for n in range(3)])
    assert a_builder().roll_up(DAYS, always) == 4
    assert [sorted(span.days) for span in a_builder().head.spans] == [DAYS[:2], DAYS[2:]]
    monkeypatch.setattr(plan, "SPAN_CELLS", 3)
    assert a_builder().roll_up(DAYS[:3], always) == 3
    assert [sorted(span.days) for span in a_builder().head.spans] == [DAYS[:3]]


def test_no_further_span_is_built_without_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SPAN_CELLS", 1)
    count("a", [a_cell(n) for n in range(3)])
    assert a_builder().roll_up(DAYS, never) == 1
    assert [sorted(span.days) for span in a_builder().head.spans] == [DAYS[:1]]


def test_markers_of_the_days_are_deleted_and_others_kept() -> None:
    count("late", [a_cell(0), a_cell(1), a_cell(9)], NOW)
    builder = a_builder()
    count("later", [a_cell(0)], NOW)
    builder.roll_up(DAYS, always)
    assert [marker.place[0] for marker in storage.read_markers("2026-11")] == [day(0), day(9)]
    assert sums(read(DAYS)) == counted(DAYS)


def test_replaced_items_are_deleted_after_a_while() -> None:
    count("a", [a_cell(0)])
    a_builder().roll_up(DAYS, always)
    a_builder(LATER).roll_up(DAYS, always)
    assert stored_items() == ["f#00000001#0000", "f#00000003#0000"]
    a_builder(LATER + GARBAGE_AGE).delete_garbage()
    assert len(stored_items()) == 2
    a_builder(LATER + GARBAGE_AGE + timedelta(seconds=1)).delete_garbage()
    assert (stored_items(), a_builder().head.garbage) == (["f#00000003#0000"], ())


@pytest.mark.parametrize("failing", range(3))
def test_deletion_interrupted_before_any_write_leaves_no_item(failing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(0)])
    a_builder().roll_up(DAYS, always)
    a_builder(LATER).roll_up(DAYS, always)
    with monkeypatch.context() as patch:
        has_failed = fail_at(patch, failing)
        with pytest.raises(ConnectionError):
            a_builder(LATER + timedelta(hours=1)).delete_garbage()
        assert has_failed()
    a_builder(LATER + timedelta(hours=2)).delete_garbage()
    assert (stored_items(), a_builder().head.garbage) == (["f#00000003#0000"], ())


def test_reader_between_two_merges_reads_the_items_of_its_head() -> None:
    count("a", [a_cell(0)])
    a_builder().roll_up(DAYS, always)
    head = a_builder().head
    a_builder(LATER).roll_up(DAYS, always)
    a_builder(LATER + timedelta(minutes=2)).delete_garbage()
    assert head.spans[0].generation == 1
    assert "f#00000001#0000" in stored_items()


def test_only_one_of_two_concurrent_mergers_writes() -> None:
    count("a", [a_cell(0)])
    first, second = a_builder(), a_builder()
    first.roll_up(DAYS, always)
    with pytest.raises(HeadChanged):
        second.roll_up(DAYS, always)
    assert stored_items() == ["f#00000001#0000"]


@pytest.mark.parametrize("failing", range(4))
def test_merge_interrupted_before_any_write_changes_no_count(failing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(n) for n in range(3)])
    a_builder().roll_up(DAYS, always)
    count("late", [a_cell(1)], NOW)
    with monkeypatch.context() as patch:
        has_failed = fail_at(patch, failing)
        with pytest.raises(ConnectionError):
            a_builder(LATER).roll_up(DAYS, always)
        assert has_failed()
    assert sums(read(DAYS)) == counted(DAYS)
    much_later = LATER + timedelta(hours=1)
    a_builder(much_later).roll_up(DAYS, always)
    a_builder(much_later + timedelta(hours=1)).delete_garbage()
    assert (sums(read(DAYS)), len(stored_items())) == (counted(DAYS), 1)
    assert storage.read_markers("2026-11") == []


def test_merger_cannot_finish_a_generation_that_another_has_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    count("a", [a_cell(0)])
    slow, write_items = a_builder(), storage.write_items

    def write_slowly(items: object) -> None:
        write_items(items)  # type: ignore[arg-type]
        a_builder(LATER).delete_garbage()

    monkeypatch.setattr(storage, "write_items", write_slowly)
    with pytest.raises(HeadChanged):
        slow.roll_up(DAYS, always)
    assert (a_builder().head.spans, stored_items()) == ((), [])


def test_change_without_a_marker_is_found_by_the_fingerprint() -> None:
    count("a", [a_cell(0)])
    builder = a_builder()
    assert not builder.has_changed(day(0))
    builder.roll_up(DAYS, always)
    assert not builder.has_changed(day(0))
    count("unmarked", [a_cell(0)])
    assert builder.has_changed(day(0))
    assert not builder.has_changed(day(1))


def test_changed_span_has_the_fingerprints_of_its_blocks() -> None:
    count("a", [a_cell(0)])
    a_builder().roll_up(DAYS, always)
    (span,) = a_builder().head.spans
    rows = blocks.live_rows(cells.partition(day(0), cells.shard_of("pub_1")))
    assert span.days[day(0)] == blocks.fingerprint(rows, []) != span.days[day(1)] == blocks.fingerprint([], [])


def test_details_are_items_of_their_dimension() -> None:
    for n, browser in enumerate(["safari", "chrome", "safari"]):
        count_detail(f"{n}", a_cell(n), browser=browser, source="" if n else "blog")
    a_builder().roll_up(DAYS, always)
    (span,) = a_builder().head.spans
    kinds = ("f", "browser", "source")
    assert (span.has_details, span.items) == (True, {kind: [("sml_1", "sml_1")] for kind in kinds})
    assert stored_items() == ["browser#00000001#0000", "f#00000001#0000", "source#00000001#0000"]
    a_builder(LATER).roll_up(DAYS, always)
    a_builder(LATER + timedelta(minutes=11)).delete_garbage()
    assert stored_items() == ["browser#00000003#0000", "f#00000003#0000", "source#00000003#0000"]


def test_span_is_smaller_with_many_details(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SPAN_CELLS", 4)
    monkeypatch.setattr(plan, "DETAIL_BYTES_PER_CELL", 60)
    count("a", [a_cell(n) for n in range(4)])
    a_builder().roll_up(DAYS, always)
    assert [len(span.days) for span in a_builder().head.spans] == [4]
    count_detail("b", a_cell(1), browser="safari")
    a_builder().roll_up(DAYS, always)
    assert [(len(span.days), span.cells >= 4) for span in a_builder().head.spans] == [(2, True), (2, False)]


def test_change_of_details_without_a_marker_is_found_by_the_fingerprint() -> None:
    count_detail("a", a_cell(0), browser="safari")
    builder = a_builder()
    builder.roll_up(DAYS, always)
    detail_compaction.compact_each(detail_cells.partitions(DAYS), LATER, 1)
    assert not builder.has_changed(day(0))
    with TransactWrite(connection=connection()) as write:
        joint = JointCell(a_cell(0).quarter, publisher="pub_1", browser="opera")
        detail_blocks.add_blocks(write, "9", {joint: [1] * len(detail_cells.COUNTS)})
    assert builder.has_changed(day(0))


def test_span_has_no_details_while_a_value_has_no_name() -> None:
    count_detail("a", a_cell(0), browser="safari")
    count_detail("late", a_cell(1), click_day=f"{day(-3)}", browser="opera")
    a_builder().roll_up(DAYS, always)
    (span,) = a_builder().head.spans
    assert (span.has_details, span.items) == (False, {"f": [("sml_1", "sml_1")]})
    count_detail("click", a_cell(-3), browser="opera")
    a_builder(LATER).roll_up(DAYS, always)
    (span,) = a_builder().head.spans
    assert (span.has_details, len(span.items["browser"])) == (True, 1)
