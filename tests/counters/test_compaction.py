from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, compaction, compaction_policy, learning_blocks
from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import Columns, decode, encode
from chalicelib.counters.compaction_policy import MIN_BLOCKS_TO_COMPACT
from chalicelib.counters.learning_blocks import KEEPING
from chalicelib.counters.learning_cells import LAYOUT, LearningCell, LearningCells, downsample
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = int(NOW.timestamp()) // 900
PARTITION = cells.partition(NOW.date(), cells.shard_of("pub_1"))
ZEROS = [0] * (len(COUNTS) - 1)


def counted(n: int, **dimensions: Any) -> Cells:
    return {Cell(QUARTER, publisher="pub_1", **dimensions): [n, *ZEROS]}


def add(cause: str, what: Cells) -> None:
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, cause, what)


def add_many(count: int, prefix: str = "cause") -> None:
    for n in range(count):
        add(f"{prefix} {n}", counted(1, sub1=str(n % 3)))


def total(pieces: list[Columns] | None = None) -> int:
    read = blocks.read([PARTITION]) if pieces is None else pieces
    return sum(sum(piece.counts.get("unique_clicks", [])) for piece in read)


def merge(now: datetime = NOW) -> int:
    """How many blocks a merge takes."""
    return len(compaction.compact(PARTITION, now))


def positions() -> list[str]:
    return [row.position[:6] for row in CounterBlockRow.query(PARTITION)]


def test_few_blocks_are_left_as_they_are() -> None:
    add_many(MIN_BLOCKS_TO_COMPACT - 1)
    assert merge() == 0
    assert total() == MIN_BLOCKS_TO_COMPACT - 1


def test_merged_blocks_are_read_once_while_they_still_stand_and_after() -> None:
    add_many(20)
    assert merge() == 20
    assert (total(), len(positions())) == (20, 21)
    assert merge(NOW + timedelta(minutes=1)) == 0
    assert len(positions()) == 21
    assert merge(NOW + timedelta(minutes=3)) == 0
    assert (total(), positions()) == (20, ["a#0000"])


def test_a_chunk_takes_in_what_comes_later() -> None:
    add_many(20)
    merge()
    add_many(16, "later")
    assert merge(NOW + timedelta(minutes=3)) == 16
    row = CounterBlockRow.get(PARTITION, "a#0000")
    assert (total(), row.version, len(row.absorbed)) == (36, 2, 36)
    assert sum(counts[0] for counts in decode(row.cells).values()) == 36


def test_a_chunk_forgets_a_block_only_in_a_merge_after_the_one_that_deletes_it() -> None:
    add_many(20)
    remembered = []
    for n in range(3):
        assert merge(NOW + timedelta(minutes=3 * n)) == (16 if n else 20)
        remembered.append(len(CounterBlockRow.get(PARTITION, "a#0000").absorbed))
        add_many(16, f"round {n}")
    assert remembered == [20, 36, 32]


def test_whoever_reads_a_partition_meets_its_chunks_before_its_blocks() -> None:
    add_many(16)
    merge()
    assert [each[:2] for each in positions()] == ["a#", *["b#"] * 16]


def test_a_full_chunk_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    for n in range(3):
        add_many(16, f"round {n}")
        assert merge(NOW + timedelta(minutes=3 * n)) == 16
    assert [each for each in positions() if each.startswith("a#")] == ["a#0000", "a#0001", "a#0002"]
    assert total() == 48


def test_a_reader_between_any_two_writes_of_a_merge_counts_each_block_once(monkeypatch: pytest.MonkeyPatch) -> None:
    client, seen = connection().client, []
    call = type(client)._make_api_call

    def reading(self: Any, operation: str, parameters: Any) -> Any:
        answer = call(self, operation, parameters)
        if operation != "Query":
            with monkeypatch.context() as patch:
                patch.setattr(type(client), "_make_api_call", call)
                seen.append(total())
        return answer

    added = 0
    for n in range(4):
        add_many(16, f"round {n}")
        added += 16
        with monkeypatch.context() as patch:
            patch.setattr(type(client), "_make_api_call", reading)
            merge(NOW + timedelta(minutes=3 * n))
        assert set(seen) == {added}
        seen.clear()


def test_a_chunk_that_remembers_many_blocks_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "REMEMBERED", 30)
    for n in range(3):
        add_many(16, f"round {n}")
        assert merge(NOW + timedelta(seconds=n)) == 16
    chunks = [row for row in CounterBlockRow.query(PARTITION) if row.position.startswith("a#")]
    assert [len(row.absorbed) for row in chunks] == [16, 16, 16]
    assert total() == 48


def test_a_backlog_is_merged_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "ABSORBED_AT_ONCE", 20)
    add_many(50)
    assert len(compaction.compact_all([PARTITION], NOW)) == 40
    assert total() == 50


def test_of_two_mergers_at_once_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(16)
    write = compaction._write

    def overtaken(*given: Any) -> bool:
        monkeypatch.setattr(compaction, "_write", write)
        assert merge() == 16
        return write(*given)

    monkeypatch.setattr(compaction, "_write", overtaken)
    assert merge() == 0
    assert total() == 16


def test_a_merge_that_dynamodb_refuses_otherwise_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(16)
    monkeypatch.setattr(compaction_policy, "packed", lambda *_: b"0" * 500_000)
    with pytest.raises(Exception, match="Failed to write"):
        merge()


def test_a_merge_killed_between_its_writes_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(20)
    merge()
    add_many(16, "later")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    later = NOW + timedelta(minutes=3)
    with monkeypatch.context() as patch:
        patch.setattr(compaction, "_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            merge(later)
    assert total() == 36
    assert merge(later) == 16
    assert total() == 36


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["add", "merge"]), st.integers(1, 20)), max_size=6))
def test_any_order_of_blocks_and_merges_counts_each_block_once(steps: list[tuple[str, int]]) -> None:
    for row in CounterBlockRow.scan():
        row.delete()
    now, added = NOW, 0
    for n, (step, size) in enumerate(steps):
        now += timedelta(seconds=40)
        if step == "merge":
            compaction.compact_all([PARTITION], now)
            continue
        add_many(size, f"step {n}")
        added += size
        assert total() == added
    assert total() == added


# Coarsening

AGES = (0, 26, 5 * 24, 61 * 24)
"""Hours, four-hour buckets, days, and forgotten."""
COARSE = replace(KEEPING, merged_from=2)
POOL = "sml_1#1"
HOUR = QUARTER // 4


def add_clicks(cause: str, *hours: int, campaigns: int = 1) -> None:
    """Blocks of one click in each of the hours, for each of so many campaigns."""
    for n, hour in enumerate(hours):
        names = [LearningCell(hour, 1, "US", "mobile", f"cmp_{m}") for m in range(campaigns)]
        with TransactWrite(connection=connection()) as write:
            learning_blocks.add_blocks(write, f"{cause} {n}", {POOL: {name: [1, *[0] * 6] for name in names}}, NOW)


def learned(now: datetime = NOW) -> LearningCells:
    """What is read of the pool, in the buckets of now."""
    found: LearningCells = {}
    for piece in blocks._live_blocks(POOL):
        cells.add_cells(found, decode(piece, LAYOUT))
    return downsample(found, now, 60)


def chunks() -> dict[str, int]:
    """How many cells each chunk holds that no other has absorbed."""
    rows = [row for row in CounterBlockRow.query(POOL) if row.position.startswith("a#")]
    absorbed = {name for row in rows for name in row.absorbed}
    return {row.position: len(decode(row.cells, LAYOUT)) for row in rows if row.position not in absorbed}


def merge_pool(now: datetime) -> int:
    return len(compaction.compact(POOL, now, COARSE))


def test_a_full_chunk_is_coarsened_in_its_turn_and_what_is_too_old_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    add_clicks("first", *range(HOUR - 12, HOUR - 2))
    merge_pool(NOW)
    add_clicks("second", HOUR, HOUR)
    merge_pool(NOW)
    assert chunks() == {"a#0000": 10, "a#0001": 1}
    for days, kept in ((2, 3), (5, 1), (62, 0)):
        now = NOW + timedelta(days=days)
        add_clicks(f"{days}", HOUR + days * 24, HOUR + days * 24)
        before = learned(now)
        assert merge_pool(now) == 2
        assert (chunks()["a#0000"], learned(now)) == (kept, before)


def test_a_full_chunk_that_is_coarse_already_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    for n in range(2):
        add_clicks(f"{n}", HOUR, HOUR)
        merge_pool(NOW)
    add_clicks("last", HOUR, HOUR)
    written: list[str] = []
    commit = compaction._commit

    def noting(found: Any, rows: Any, taken: Any) -> None:
        written.extend(row.position for row in rows)
        commit(found, rows, taken)

    monkeypatch.setattr(compaction, "_commit", noting)
    merge_pool(NOW)
    assert written == ["a#0002"]


def test_small_chunks_are_joined_while_others_read(monkeypatch: pytest.MonkeyPatch) -> None:
    client, seen = connection().client, []
    call = type(client)._make_api_call

    def reading(self: Any, operation: str, parameters: Any) -> Any:
        answer = call(self, operation, parameters)
        if operation != "Query":
            with monkeypatch.context() as patch:
                patch.setattr(type(client), "_make_api_call", call)
                seen.append(sum(counts[0] for counts in learned(now).values()))
        return answer

    for n in range(4):
        with monkeypatch.context() as patch:
            patch.setattr(compaction, "CHUNK_BYTES", 10)
            add_clicks(f"{n}", HOUR, HOUR, campaigns=3)
            now = NOW + timedelta(minutes=3 * n)
            merge_pool(now)
    assert list(chunks()) == ["a#0000", "a#0001", "a#0002", "a#0003"]
    added = 24
    for n in range(4, 12):
        add_clicks(f"{n}", HOUR, HOUR)
        added += 2
        now = NOW + timedelta(minutes=3 * n)
        with monkeypatch.context() as patch:
            patch.setattr(type(client), "_make_api_call", reading)
            merge_pool(now)
        assert set(seen) == {added}
        seen.clear()
    assert list(chunks()) == ["a#0000", "a#0003"]
    assert [row.position for row in CounterBlockRow.query(POOL) if row.position.startswith("a#")] == [
        "a#0000",
        "a#0003",
    ]


def test_a_chunk_in_which_nothing_is_left_goes_into_another_in_which_nothing_changes() -> None:
    for n in range(3):
        CounterBlockRow(POOL, f"a#000{n}", cells=encode({}, LAYOUT), version=5, absorbed={}).save()
    add_clicks("one", HOUR, HOUR)
    merge_pool(NOW)
    assert chunks() == {"a#0000": 0, "a#0002": 1}
    assert CounterBlockRow.get(POOL, "a#0000").version == 6


def test_the_chunk_after_a_joined_one_gets_a_number_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(compaction, "CHUNK_BYTES", 10)
            add_clicks(f"{n}", HOUR, HOUR)
            merge_pool(NOW + timedelta(minutes=3 * n))
    for n in range(3, 6):
        add_clicks(f"{n}", HOUR, HOUR)
        merge_pool(NOW + timedelta(minutes=3 * n))
    assert list(chunks()) == ["a#0000", "a#0002"]
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    add_clicks("last", HOUR, HOUR)
    merge_pool(NOW + timedelta(minutes=30))
    assert list(chunks()) == ["a#0000", "a#0002", "a#0003"]
    assert sum(counts[0] for counts in learned().values()) == 14


def test_ten_thousand_chunks_and_more_keep_their_order() -> None:
    rows = [CounterBlockRow(POOL, f"a#{n}") for n in ("0000", "10000", "9999")]
    assert [row.position for row in sorted(rows, key=compaction._number)] == ["a#0000", "a#9999", "a#10000"]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "merge", "wait"]), st.sampled_from(AGES), st.integers(1, 4)), max_size=9
    ),
    st.sampled_from([10, 400, 300_000]),
)
def test_any_order_of_clicks_merges_and_days_keeps_every_click_in_its_bucket(
    steps: list[tuple[str, int, int]], size: int
) -> None:
    with CounterBlockRow.batch_write() as batch:
        for row in CounterBlockRow.scan():
            batch.delete(row)
    now, expected = NOW, LearningCells()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "CHUNK_BYTES", size)
        for n, (step, age, count) in enumerate(steps):
            now += timedelta(seconds=50) if step != "wait" else timedelta(hours=7 * count)
            hour = int(now.timestamp()) // 3600 - age
            if step == "merge":
                merge_pool(now)
            if step == "add":
                add_clicks(f"{n}", *[hour] * count)
                cells.add_cells(expected, {LearningCell(hour, 1, "US", "mobile", "cmp_0"): [count, *[0] * 6]})
            assert learned(now) == downsample(expected, now, 60)
