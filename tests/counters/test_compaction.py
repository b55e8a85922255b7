from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.transactions import TransactWrite

from chalicelib.counters import blocks, cells, compaction, compaction_policy, learning_blocks
from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import decode, encode
from chalicelib.counters.compaction_policy import MIN_BLOCKS_TO_COMPACT, CompactionPolicy
from chalicelib.counters.learning_blocks import COMPACTION_POLICY
from chalicelib.counters.learning_cells import LAYOUT, LearningCell, LearningCells, downsample
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow
from tests.interleaving import Invocation, interleaved_calls, run

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = int(NOW.timestamp()) // 900
PARTITION = cells.partition(NOW.date(), cells.shard_of("pub_1"))
ZEROS = [0] * (len(COUNTS) - 1)


def counted(n: int, **dimensions: Any) -> Cells:
    return {Cell(QUARTER, publisher="pub_1", **dimensions): [n, *ZEROS]}


def add(cause: str, added: Cells) -> None:
    with TransactWrite(connection=connection()) as write:
        blocks.append_blocks(write, cause, added, NOW)


def add_many(count: int, prefix: str = "cause") -> None:
    for n in range(count):
        add(f"{prefix} {n}", counted(1, sub1=str(n % 3)))


def total() -> int:
    return sum(sum(block.counts.get("unique_clicks", [])) for block in blocks.read([PARTITION]))


def merge(now: datetime = NOW) -> int:
    """Return the number of blocks that were merged."""
    return len(compaction.compact(PARTITION, now))


def positions() -> list[str]:
    return [row.position[:6] for row in CounterBlockRow.query(PARTITION)]


def test_few_blocks_are_not_merged() -> None:
    add_many(MIN_BLOCKS_TO_COMPACT - 1)
    assert merge() == 0
    assert total() == MIN_BLOCKS_TO_COMPACT - 1


def test_merged_blocks_are_counted_once_before_and_after_their_deletion() -> None:
    add_many(20)
    assert merge() == 20
    assert (total(), len(positions())) == (20, 21)
    assert merge(NOW + timedelta(minutes=1)) == 0
    assert len(positions()) == 21
    assert merge(NOW + timedelta(minutes=3)) == 0
    assert (total(), positions()) == (20, ["a#0000"])


def test_later_blocks_are_merged_into_the_chunk() -> None:
    add_many(20)
    merge()
    add_many(16, "later")
    assert merge(NOW + timedelta(minutes=3)) == 16
    row = CounterBlockRow.get(PARTITION, "a#0000")
    assert (total(), row.version, len(row.absorbed)) == (36, 2, 36)
    assert sum(counts[0] for counts in decode(row.cells).values()) == 36


def test_chunk_drops_the_name_of_a_block_one_merge_after_its_deletion() -> None:
    add_many(20)
    name_counts = []
    for n in range(3):
        assert merge(NOW + timedelta(minutes=3 * n)) == (16 if n else 20)
        name_counts.append(len(CounterBlockRow.get(PARTITION, "a#0000").absorbed))
        add_many(16, f"round {n}")
    assert name_counts == [20, 36, 32]


def test_chunks_sort_before_blocks() -> None:
    add_many(16)
    merge()
    assert [position[:2] for position in positions()] == ["a#", *["b#"] * 16]


def test_full_chunk_is_followed_by_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    for n in range(3):
        add_many(16, f"round {n}")
        assert merge(NOW + timedelta(minutes=3 * n)) == 16
    assert [position for position in positions() if position.startswith("a#")] == ["a#0000", "a#0001", "a#0002"]
    assert total() == 48


def test_reader_between_two_writes_of_a_merge_counts_each_block_once(monkeypatch: pytest.MonkeyPatch) -> None:
    client, totals = connection().client, []
    call = type(client)._make_api_call

    def reading(self: Any, operation: str, parameters: Any) -> Any:
        response = call(self, operation, parameters)
        if operation != "Query":
            with monkeypatch.context() as patch:
                patch.setattr(type(client), "_make_api_call", call)
                totals.append(total())
        return response

    added = 0
    for n in range(4):
        add_many(16, f"round {n}")
        added += 16
        with monkeypatch.context() as patch:
            patch.setattr(type(client), "_make_api_call", reading)
            merge(NOW + timedelta(minutes=3 * n))
        assert set(totals) == {added}
        totals.clear()


def test_chunk_with_many_names_is_followed_by_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MAX_ABSORBED_NAMES", 30)
    for n in range(3):
        add_many(16, f"round {n}")
        assert merge(NOW + timedelta(seconds=n)) == 16
    chunks = [row for row in CounterBlockRow.query(PARTITION) if row.position.startswith("a#")]
    assert [len(row.absorbed) for row in chunks] == [16, 16, 16]
    assert total() == 48


def test_merge_that_is_too_large_takes_fewer_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(20)
    monkeypatch.setattr(compaction, "MAX_CELL_BYTES", 10)
    assert [merge(), total()] == [1, 20]
    monkeypatch.setattr(compaction, "MAX_CELL_BYTES", 310_000)
    assert [merge(), total()] == [19, 20]


@pytest.mark.parametrize("rounds", [1, 2])
def test_empty_head_stays_small_and_keeps_the_version(rounds: int) -> None:
    policy = CompactionPolicy(has_empty_head=True, chunk_bytes=10)
    for n in range(rounds):
        add_many(16, f"round {n}")
        assert len(compaction.compact(PARTITION, NOW, policy)) == 16
    head, *chunks = [row for row in CounterBlockRow.query(PARTITION) if row.position.startswith("a#")]
    assert (head.position, decode(head.cells), head.version, total()) == ("a#0000", {}, rounds, 16 * rounds)
    assert [row.position for row in chunks] == ["a#0001", "a#0002"][:rounds]


def test_only_blocks_of_the_kind_are_merged_and_the_others_stay_named() -> None:
    for n in range(4):
        name = f"b#{'ab'[n % 2]}{n}"
        CounterBlockRow(PARTITION, name, cells=encode(counted(1))).save()
    policies = [CompactionPolicy(min_blocks=2, kind=kind) for kind in "ab"]
    for minutes, policy, merged in ((0, 0, 2), (3, 1, 2), (6, 0, 0)):
        now = NOW + timedelta(minutes=minutes)
        assert (len(compaction.compact(PARTITION, now, policies[policy])), total()) == (merged, 4)
    assert positions() == ["a#0000", "b#b1", "b#b3"]


def test_backlog_is_merged_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MAX_BLOCKS_PER_MERGE", 20)
    add_many(50)
    assert len(compaction.compact_all([PARTITION], NOW)) == 40
    assert total() == 50


def test_only_one_of_two_concurrent_merges_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(16)
    write = compaction._write

    def overtaken(*args: Any) -> list[CounterBlockRow]:
        monkeypatch.setattr(compaction, "_write", write)
        assert merge() == 16
        return write(*args)

    monkeypatch.setattr(compaction, "_write", overtaken)
    assert merge() == 0
    assert total() == 16


@settings(max_examples=10, deadline=None)
@given(
    order=st.lists(st.integers(0, 1), max_size=30),
    kills=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    minutes=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    carried_out=st.booleans(),
)
def test_two_merges_of_a_partition_at_once_count_each_block_once(
    order: list[int], kills: tuple[int, int], minutes: tuple[int, int], *, carried_out: bool
) -> None:
    """Their calls to AWS come in any order, on clocks that differ, and either may be killed before or after a call."""
    for row in CounterBlockRow.scan():
        row.delete()
    add_many(17, "first")
    merge()
    add_many(18, "second")
    works = [partial(merge, NOW + timedelta(minutes=each)) for each in minutes]
    with interleaved_calls():
        run([Invocation(work, kill, carried_out=carried_out) for work, kill in zip(works, kills, strict=True)], order)
    assert total() == 35
    for later in (5, 10):
        merge(NOW + timedelta(minutes=later))
        assert total() == 35


def test_merge_that_dynamodb_rejects_for_another_reason_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(16)
    monkeypatch.setattr(compaction_policy, "encode", lambda *_: b"0" * 500_000)
    with pytest.raises(Exception, match="Failed to write"):
        merge()


def test_merge_killed_between_its_writes_changes_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_blocks_and_merges_in_any_order_count_each_block_once(steps: list[tuple[str, int]]) -> None:
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


# Downsampling

AGES = (0, 26, 5 * 24, 61 * 24)
"""Ages in hours of clicks in hourly buckets, in four-hour buckets, in days, and of dropped ones."""
POLICY = replace(COMPACTION_POLICY, min_blocks=2)
POOL = "sml_1#1"
HOUR = QUARTER // 4


def add_clicks(cause: str, *hours: int, campaigns: int = 1) -> None:
    """Add blocks of one click in each hour for each of the campaigns."""
    for n, hour in enumerate(hours):
        names = [LearningCell(hour, 1, "US", "mobile", f"cmp_{m}") for m in range(campaigns)]
        with TransactWrite(connection=connection()) as write:
            learning_blocks.add_blocks(write, f"{cause} {n}", {POOL: {name: [1, *[0] * 6] for name in names}}, NOW)


def learned(now: datetime = NOW) -> LearningCells:
    """Return the smartlink's cells in the buckets of now."""
    total: LearningCells = {}
    for row in blocks.live_rows(POOL):
        cells.add_cells(total, decode(row.cells, LAYOUT))
    return downsample(total, now, 60)


def chunks() -> dict[str, int]:
    """Return the number of cells of each chunk that no other has absorbed."""
    rows = [row for row in CounterBlockRow.query(POOL) if row.position.startswith("a#")]
    absorbed = {name for row in rows for name in row.absorbed}
    return {row.position: len(decode(row.cells, LAYOUT)) for row in rows if row.position not in absorbed}


def merge_pool(now: datetime) -> int:
    return len(compaction.compact(POOL, now, POLICY))


def test_full_chunk_is_downsampled_in_turn_and_loses_old_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    add_clicks("first", *range(HOUR - 12, HOUR - 2))
    merge_pool(NOW)
    add_clicks("second", HOUR, HOUR)
    merge_pool(NOW)
    assert chunks() == {"a#0000": 10, "a#0001": 1}
    for days, size in ((2, 3), (5, 1), (62, 0)):
        now = NOW + timedelta(days=days)
        add_clicks(f"{days}", HOUR + days * 24, HOUR + days * 24)
        before = learned(now)
        assert merge_pool(now) == 2
        assert (chunks()["a#0000"], learned(now)) == (size, before)


def test_full_chunk_that_would_not_change_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "CHUNK_BYTES", 10)
    for n in range(2):
        add_clicks(f"{n}", HOUR, HOUR)
        merge_pool(NOW)
    add_clicks("last", HOUR, HOUR)
    written: list[str] = []
    commit = compaction._commit

    def recording(snapshot: Any, rows: Any, merged: Any) -> None:
        written.extend(row.position for row in rows)
        commit(snapshot, rows, merged)

    monkeypatch.setattr(compaction, "_commit", recording)
    merge_pool(NOW)
    assert written == ["a#0002"]


def test_small_chunks_are_joined_while_others_read(monkeypatch: pytest.MonkeyPatch) -> None:
    client, totals = connection().client, []
    call = type(client)._make_api_call

    def reading(self: Any, operation: str, parameters: Any) -> Any:
        response = call(self, operation, parameters)
        if operation != "Query":
            with monkeypatch.context() as patch:
                patch.setattr(type(client), "_make_api_call", call)
                totals.append(sum(counts[0] for counts in learned(now).values()))
        return response

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
        assert set(totals) == {added}
        totals.clear()
    assert list(chunks()) == ["a#0000", "a#0003"]
    assert [row.position for row in CounterBlockRow.query(POOL) if row.position.startswith("a#")] == [
        "a#0000",
        "a#0003",
    ]


def test_empty_chunk_is_joined_to_another_empty_one() -> None:
    for n in range(3):
        CounterBlockRow(POOL, f"a#000{n}", cells=encode({}, LAYOUT), version=5, absorbed={}).save()
    add_clicks("one", HOUR, HOUR)
    merge_pool(NOW)
    assert chunks() == {"a#0000": 0, "a#0002": 1}
    assert CounterBlockRow.get(POOL, "a#0000").version == 6


def test_new_chunk_after_a_joined_one_gets_the_next_number(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_more_than_ten_thousand_chunks_are_in_order() -> None:
    rows = [CounterBlockRow(POOL, f"a#{n}") for n in ("0000", "10000", "9999")]
    assert [row.position for row in sorted(rows, key=compaction._number)] == ["a#0000", "a#9999", "a#10000"]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "merge", "wait"]), st.sampled_from(AGES), st.integers(1, 4)), max_size=9
    ),
    st.sampled_from([10, 400, 300_000]),
)
def test_clicks_and_merges_in_any_order_keep_every_click_in_its_bucket(
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
