from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.transactions import TransactWrite

from chalicelib.tables import Counter, connection
from chalicelib.tracking.counters import cells, store
from chalicelib.tracking.counters.cells import COUNTS, Cell, Cells
from chalicelib.tracking.counters.packing import Columns, packed, unpacked

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = int(NOW.timestamp()) // 900
PARTITION = cells.partition(NOW.date(), cells.shard_of("pub_1"))
ZEROS = [0] * (len(COUNTS) - 1)


def counted(n: int, **dimensions: Any) -> Cells:
    return {Cell(QUARTER, publisher="pub_1", **dimensions): [n, *ZEROS]}


def add(cause: str, what: Cells) -> None:
    with TransactWrite(connection=connection()) as write:
        store.add_blocks(write, cause, what)


def add_many(count: int, prefix: str = "cause") -> None:
    for n in range(count):
        add(f"{prefix} {n}", counted(1, sub1=str(n % 3)))


def total(pieces: list[Columns] | None = None) -> int:
    read = store.read([PARTITION]) if pieces is None else pieces
    return sum(sum(piece.counts.get("unique_clicks", [])) for piece in read)


def positions() -> list[str]:
    return [row.position[:6] for row in Counter.query(PARTITION)]


def test_a_cause_is_one_row_in_each_partition_that_it_falls_into() -> None:
    yesterday = {Cell(QUARTER - 96, publisher="pub_1"): [5, *ZEROS]}
    add("a", {**counted(1, country="US"), **counted(2, country="GB"), **yesterday})
    assert total() == 3
    days = {row.partition.partition("#")[0] for row in Counter.scan()}
    assert (len(list(Counter.scan())), days) == (2, {"2026-11-20", "2026-11-21"})


def test_few_blocks_are_left_as_they_are() -> None:
    add_many(store.MERGED_FROM - 1)
    assert store.merge(PARTITION, NOW) == 0
    assert total() == store.MERGED_FROM - 1


def test_merged_blocks_are_read_once_while_they_still_stand_and_after() -> None:
    add_many(20)
    assert store.merge(PARTITION, NOW) == 20
    assert (total(), len(positions())) == (20, 21)
    assert store.merge(PARTITION, NOW + timedelta(minutes=1)) == 0
    assert len(positions()) == 21
    assert store.merge(PARTITION, NOW + timedelta(minutes=3)) == 0
    assert (total(), positions()) == (20, ["a#0000"])


def test_a_chunk_takes_in_what_comes_later() -> None:
    add_many(20)
    store.merge(PARTITION, NOW)
    add_many(16, "later")
    assert store.merge(PARTITION, NOW + timedelta(minutes=3)) == 16
    row = Counter.get(PARTITION, "a#0000")
    assert (total(), row.version, len(row.absorbed)) == (36, 2, 36)
    assert sum(counts[0] for counts in unpacked(row.cells).values()) == 36


def test_a_chunk_forgets_a_block_only_in_a_merge_after_the_one_that_deletes_it() -> None:
    add_many(20)
    remembered = []
    for n in range(3):
        assert store.merge(PARTITION, NOW + timedelta(minutes=3 * n)) == (16 if n else 20)
        remembered.append(len(Counter.get(PARTITION, "a#0000").absorbed))
        add_many(16, f"round {n}")
    assert remembered == [20, 36, 32]


def test_whoever_reads_a_partition_meets_its_chunks_before_its_blocks() -> None:
    add_many(16)
    store.merge(PARTITION, NOW)
    assert [each[:2] for each in positions()] == ["a#", *["b#"] * 16]


def test_a_full_chunk_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CHUNK_BYTES", 10)
    for n in range(3):
        add_many(16, f"round {n}")
        assert store.merge(PARTITION, NOW + timedelta(minutes=3 * n)) == 16
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
            store.merge(PARTITION, NOW + timedelta(minutes=3 * n))
        assert set(seen) == {added}
        seen.clear()


def test_a_chunk_that_remembers_many_blocks_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "REMEMBERED", 30)
    for n in range(3):
        add_many(16, f"round {n}")
        assert store.merge(PARTITION, NOW + timedelta(seconds=n)) == 16
    chunks = [row for row in Counter.query(PARTITION) if row.position.startswith("a#")]
    assert [len(row.absorbed) for row in chunks] == [16, 16, 16]
    assert total() == 48


def test_a_backlog_is_merged_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ABSORBED_AT_ONCE", 20)
    add_many(50)
    assert store.merge_all([PARTITION], NOW) == 40
    assert total() == 50


def test_of_two_mergers_at_once_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(16)
    write = store._write

    def overtaken(*given: Any) -> bool:
        monkeypatch.setattr(store, "_write", write)
        assert store.merge(PARTITION, NOW) == 16
        return write(*given)

    monkeypatch.setattr(store, "_write", overtaken)
    assert store.merge(PARTITION, NOW) == 0
    assert total() == 16


def test_a_merge_that_dynamodb_refuses_otherwise_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(16)
    monkeypatch.setattr(store, "packed", lambda _: b"0" * 500_000)
    with pytest.raises(Exception, match="Failed to write"):
        store.merge(PARTITION, NOW)


def test_a_merge_killed_between_its_writes_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(20)
    store.merge(PARTITION, NOW)
    add_many(16, "later")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    later = NOW + timedelta(minutes=3)
    with monkeypatch.context() as patch:
        patch.setattr(store, "_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            store.merge(PARTITION, later)
    assert total() == 36
    assert store.merge(PARTITION, later) == 16
    assert total() == 36


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(["add", "merge"]), st.integers(1, 20)), max_size=6))
def test_any_order_of_blocks_and_merges_counts_each_block_once(steps: list[tuple[str, int]]) -> None:
    for row in Counter.scan():
        row.delete()
    now, added = NOW, 0
    for n, (step, size) in enumerate(steps):
        now += timedelta(seconds=40)
        if step == "merge":
            store.merge_all([PARTITION], now)
            continue
        add_many(size, f"step {n}")
        added += size
        assert total() == added
    assert total() == added


def test_nothing_is_read_of_no_partitions_and_of_empty_ones() -> None:
    assert list(store.read([])) == []
    assert list(store.read([PARTITION])) == []


def test_a_block_of_packed_cells_is_what_is_read() -> None:
    add("a", counted(3, country="US"))
    (piece,) = store.read([PARTITION])
    assert piece.values["country"] == ["US"]
    assert packed(counted(3, country="US")) == next(iter(Counter.query(PARTITION))).cells
