"""The fake tables, used through the application's models and counting."""

from typing import Any

import pytest
from botocore.httpsession import URLLib3Session
from pynamodb.transactions import TransactWrite

from bench.fake_dynamodb import FakeTables, patch_botocore
from bench.stream import NOON, Traffic, batch
from bench.units import write_units
from chalicelib.counters.aggregator import aggregate
from chalicelib.tables.base import connection
from chalicelib.tables.counters import CounterBlockRow, StreamBatchRow


def a_block(position: str, size: int = 10) -> CounterBlockRow:
    return CounterBlockRow("2026-11-21#3", position, cells=bytes(size))


def test_written_items_are_read_in_order() -> None:
    with patch_botocore(FakeTables()):
        for position in ("b#2", "a#0000", "b#1"):
            a_block(position).save()
        found = CounterBlockRow.query("2026-11-21#3", CounterBlockRow.position.startswith("b#"), consistent_read=True)
        assert [row.position for row in found] == ["b#1", "b#2"]
        assert CounterBlockRow.count("2026-11-21#3", CounterBlockRow.position.startswith("b#"), limit=1) == 1
        assert not list(CounterBlockRow.query("2026-11-20#3"))


def test_put_is_charged_for_the_larger_of_old_and_new_item() -> None:
    tables = FakeTables()
    with patch_botocore(tables):
        a_block("b#1", 3_000).save()
        a_block("b#1", 10).save()
    assert tables.charged.writes["counters"] == 3 + 3


def test_transaction_is_charged_twice_per_item() -> None:
    tables = FakeTables()
    with patch_botocore(tables), TransactWrite(connection=connection()) as write:
        write.save(a_block("b#1", 1_500))
        write.save(StreamBatchRow("1", records=b"", expires_at=0))
    assert dict(tables.charged.writes) == {"counters": 4, "runs": 2}
    assert tables.charged.write_units == 6


def test_update_sets_and_adds_numbers() -> None:
    tables = FakeTables()
    with patch_botocore(tables):
        CounterBlockRow("2026-11-21#3", "a#0000", cells=b"", version=4).save()
        with TransactWrite(connection=connection()) as write:
            actions: list[Any] = [CounterBlockRow.version.add(1), CounterBlockRow.at.set(17)]
            write.update(CounterBlockRow("2026-11-21#3", "a#0000"), actions)
        row = CounterBlockRow.get("2026-11-21#3", "a#0000")
    assert (row.version, row.at) == (5, 17)


def test_deletion_is_charged_for_the_deleted_item() -> None:
    tables = FakeTables()
    with patch_botocore(tables):
        a_block("b#1", 2_000).save()
        before = tables.charged.write_units
        with CounterBlockRow.batch_write() as write:
            write.delete(a_block("b#1"))
        assert not list(CounterBlockRow.query("2026-11-21#3"))
    assert tables.charged.write_units - before == 2


def test_read_of_no_item_is_charged_as_one_unit() -> None:
    tables = FakeTables()
    with patch_botocore(tables):
        with pytest.raises(StreamBatchRow.DoesNotExist):
            StreamBatchRow.get("1", consistent_read=True)
        with pytest.raises(StreamBatchRow.DoesNotExist):
            StreamBatchRow.get("1")
    assert tables.charged.read_units == 1.5
    assert tables.charged.requests == {"GetItem": 2}


def test_counted_batch_is_charged_for_the_rows_it_writes() -> None:
    tables = FakeTables()
    with patch_botocore(tables):
        aggregate(batch(Traffic(10, 2), 1_400), NOON)
    rows = {name: tables.sizes(name) for name in tables.rows}
    counts = {"runs": 2, "click_lists": 4, "batch_claims": 3}
    assert {name: len(sizes) for name, sizes in rows.items()}.items() >= counts.items()
    for name in ("runs", "click_lists", "counters"):
        assert tables.charged.writes[name] == sum(write_units(size, transactional=True) for size in rows[name])
    # The first batch raises the widest range, writes its claim again and reads that range again.
    assert tables.charged.writes["batch_claims"] == 4
    requests = {"GetItem": 5, "PutItem": 3, "UpdateItem": 1, "Query": 2, "TransactWriteItems": 2}
    assert tables.charged.requests == requests


def test_redelivered_batch_writes_a_claim_only() -> None:
    tables, records = FakeTables(), batch(Traffic(10, 2), 100)
    with patch_botocore(tables):
        aggregate(records, NOON)
        before = tables.charged.write_units
        aggregate(records, NOON)
    assert tables.charged.write_units == before + 1
    assert tables.charged.requests["BatchGetItem"] == 1


def test_botocore_is_restored_afterwards() -> None:
    before = URLLib3Session.send
    with patch_botocore(FakeTables()):
        assert URLLib3Session.send is not before
    assert URLLib3Session.send is before
