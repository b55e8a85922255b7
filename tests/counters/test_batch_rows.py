import pytest

from chalicelib.archive import objects
from chalicelib.counters import batch_rows
from chalicelib.counters.stream_batch import StreamRecord
from tests.archive import archived
from tests.builders import NOW

pytestmark = pytest.mark.usefixtures("tables")

RECORDS = [StreamRecord(f"{n}", 0) for n in range(6)]
SEQUENCES = [record.sequence for record in RECORDS]


def test_committed_batch_is_found_by_its_first_record_and_its_stream() -> None:
    batch_rows.batch_row(SEQUENCES, NOW).save()
    assert batch_rows.committed_batch("0") is not None
    assert batch_rows.committed_batch("1") is None
    assert batch_rows.committed_batch("0", "conversions#") is None


def test_records_after_a_committed_batch_remain() -> None:
    row = batch_rows.batch_row(SEQUENCES[:4], NOW)
    assert batch_rows.skip_batch(row, RECORDS, NOW) == RECORDS[4:]


def test_rest_of_a_batch_gets_a_row_of_its_own_without_an_object_and_keeps_it() -> None:
    row = batch_rows.batch_row(SEQUENCES, NOW)
    for _ in range(2):
        assert batch_rows.skip_batch(row, RECORDS[:2], NOW) == []
    rest = batch_rows.committed_batch("2")
    assert rest is not None
    assert rest.staged is None
    assert batch_rows.skip_batch(rest, RECORDS[2:], NOW) == []


def test_object_of_a_committed_batch_is_published_before_its_records_are_skipped() -> None:
    staged = objects.stage("clicks/date=2026-11-21/hour=12/0.jsonl.gz", [{"click_id": "a"}])
    batch_rows.skip_batch(batch_rows.batch_row(SEQUENCES, NOW, staged), RECORDS, NOW)
    assert archived.lines("clicks/") == [{"click_id": "a"}]
