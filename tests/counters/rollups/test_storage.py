from concurrent.futures import ThreadPoolExecutor

import pytest
from pynamodb.exceptions import PutError

from chalicelib.counters import cells
from chalicelib.counters.rollups import storage
from chalicelib.counters.rollups.head import Garbage, Head
from chalicelib.counters.rollups.storage import HeadChanged
from chalicelib.tables.counters import CounterBlockRow
from tests.rolled_up import NOW, a_cell, count, day

pytestmark = pytest.mark.usefixtures("tables")

PLACE = "2026-11", 3
HEAD = Head(0, (), (Garbage(1, 1_000, {"f": 2}),))


def test_markers_of_a_month_name_day_and_shard() -> None:
    count("late", [a_cell(0), a_cell(3)], NOW)
    count("in time", [a_cell(1)])
    shard = cells.shard_of("pub_1")
    assert [marker.place for marker in storage.read_markers("2026-11")] == [(day(0), shard), (day(3), shard)]
    assert storage.read_markers("2026-10") == []


def test_deleted_marker_is_gone() -> None:
    count("late", [a_cell(0), a_cell(3)], NOW)
    first, second = storage.read_markers("2026-11")
    storage.delete([first.key])
    assert storage.read_markers("2026-11") == [second]


def test_head_is_read_as_it_was_written() -> None:
    written = storage.write_head(PLACE, HEAD)
    assert (written.version, written.garbage) == (1, HEAD.garbage)
    assert storage.read_heads([PLACE, ("2026-10", 0)]) == {PLACE: written, ("2026-10", 0): Head()}


def test_only_one_of_two_writers_changes_the_head() -> None:
    first = storage.write_head(PLACE, HEAD)
    with pytest.raises(HeadChanged):
        storage.write_head(PLACE, HEAD)
    storage.write_head(PLACE, first)
    with pytest.raises(HeadChanged):
        storage.write_head(PLACE, first)


def test_other_errors_of_the_table_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def rejected(*_: object) -> None:
        raise PutError

    monkeypatch.setattr(CounterBlockRow, "save", rejected)
    with pytest.raises(PutError):
        storage.write_head(PLACE, HEAD)


def test_items_are_read_in_several_calls_without_deleted_ones() -> None:
    keys = list(storage.item_keys(PLACE, 1, {"f": 30, "l": 10}))
    storage.write_items((key, bytes([n])) for n, key in enumerate(keys))
    storage.delete(keys[3:5])
    with ThreadPoolExecutor(2) as readers:
        found = storage.read_items(keys, readers)
    assert found == {key: bytes([n]) for n, key in enumerate(keys) if n not in {3, 4}}
