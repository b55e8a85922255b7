"""Batches that the release before this one counted or archived are redelivered to this one."""

from datetime import timedelta

import pytest

from chalicelib.archive import objects
from chalicelib.clicks import id_lists
from chalicelib.conversions import archiving
from chalicelib.counters import aggregator, stream_batch
from chalicelib.counters.earlier_batches import without_earlier
from chalicelib.counters.stream_batch import StreamRecord
from chalicelib.tables.counters import BatchClaimRow, StreamBatchRow
from tests.archive import archived
from tests.archive.changed_conversions import a_changed_conversion
from tests.counters.test_aggregator import AT, NOW, a_record, counted, expected, expected_learned, learned, listed

pytestmark = pytest.mark.usefixtures("tables")

RECORDS = [StreamRecord(f"{n}", AT, bytes([n])) for n in range(6)]
SEQUENCES = [record.sequence for record in RECORDS]


def an_earlier_row(sequences: list[str], staged: str | None = None, stream: str = "") -> None:
    """Write the row of a batch as the earlier release wrote it."""
    records = id_lists.encode(sequences)
    StreamBatchRow(f"{stream}{sequences[0]}", records=records, staged=staged, expires_at=0).save()


def counted_by_the_earlier_release(sequences: list[str]) -> None:
    """Replace the rows of the only counted batch by the row that the earlier release wrote."""
    (row,) = StreamBatchRow.scan()
    an_earlier_row(sequences, row.staged)
    for each in (row, *BatchClaimRow.scan()):
        each.delete()


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(0, 20)], id="whole"),
        pytest.param([(0, 3), (3, 20)], id="split inside the batch"),
        pytest.param([(0, 3), (0, 3), (3, 5), (5, 9), (9, 20)], id="split into many, one part twice"),
        pytest.param([(0, 7), (7, 26)], id="split, with more records"),
    ],
)
@pytest.mark.parametrize("size", [1_000, 6])
def test_clicks_that_the_earlier_release_counted_count_once(
    monkeypatch: pytest.MonkeyPatch, parts: list[tuple[int, int]], size: int
) -> None:
    records = [a_record(n) for n in range(26)]
    aggregator.aggregate(records[:20], NOW)
    counted_by_the_earlier_release([each["dynamodb"]["SequenceNumber"] for each in records[:20]])
    monkeypatch.setattr(stream_batch, "MAX_RECORDS", size)
    for start, end in parts:
        aggregator.aggregate(records[start:end], NOW)
    end = parts[-1][1]
    assert counted() == expected(end)
    assert learned() == expected_learned(end)
    assert listed() == [f"click{n:05d}" for n in range(end)]
    assert sorted(line["click_id"] for line in archived.lines("clicks/")) == listed()


def test_change_of_a_conversion_that_the_earlier_release_archived_is_archived_once() -> None:
    records = [a_changed_conversion(n) for n in range(3)]
    an_earlier_row([each["dynamodb"]["SequenceNumber"] for each in records[:2]], stream=archiving.STREAM)
    assert archiving.archive(records, NOW) is None
    assert len(archived.lines("conversions/")) == 1


def test_batch_without_an_earlier_row_remains() -> None:
    an_earlier_row(SEQUENCES[:2], stream="conversions#")
    assert without_earlier(RECORDS, NOW) == RECORDS


def test_earlier_batches_that_begin_inside_a_late_delivery_are_found() -> None:
    an_earlier_row(SEQUENCES[1:3])
    an_earlier_row(SEQUENCES[4:])
    assert without_earlier(RECORDS, NOW) == RECORDS
    late = NOW + timedelta(hours=1)
    assert without_earlier(RECORDS[:5], late) == [RECORDS[0], RECORDS[3]]
    assert without_earlier(RECORDS[5:], late) == []


def test_rest_of_an_earlier_batch_gets_a_row_of_its_own_and_keeps_it() -> None:
    an_earlier_row(SEQUENCES)
    for _ in range(2):
        assert without_earlier(RECORDS[:2], NOW) == []
    assert without_earlier(RECORDS[2:], NOW) == []
    assert without_earlier(RECORDS[3:], NOW) == RECORDS[3:]


def test_object_of_an_earlier_batch_is_published_under_its_name() -> None:
    key = "clicks/date=2026-11-21/hour=12/0.jsonl.gz"
    an_earlier_row(SEQUENCES, objects.stage(key, [{"click_id": "a"}]))
    assert without_earlier(RECORDS, NOW) == []
    assert archived.objects("clicks/") == {key: [{"click_id": "a"}]}
