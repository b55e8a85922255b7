from typing import Any

from chalicelib.clicks import id_lists
from chalicelib.counters import stream_batch
from chalicelib.counters.learning_cells import LearningCell
from chalicelib.counters.stream_batch import StreamRecord, take_batch
from tests.counters.test_aggregator import AT, a_click


def record(n: int, **changes: Any) -> StreamRecord:
    return StreamRecord(str(n), AT, dict(a_click(n, **changes).attribute_values))


def test_batch_ends_after_five_hundred_records() -> None:
    assert take_batch(record(n) for n in range(600)).sequences == [str(n) for n in range(500)]


def test_batch_ends_before_its_transaction_has_more_than_a_hundred_items() -> None:
    batch = take_batch(record(n, route_id=f"sml_{n}", publisher_id="pub_1") for n in range(200))
    batch_row, report_block = 1, 1
    assert batch_row + report_block + len(batch.lists) + len(batch.learned) == 100


def test_record_that_does_not_fit_is_the_first_of_the_next_batch() -> None:
    records = [record(n, route_id=f"sml_{n}", publisher_id="pub_1") for n in range(200)]
    first = take_batch(records)
    second = take_batch(records[len(first.records) :])
    assert second.sequences[0] == str(len(first.records))


def test_training_click_is_counted_in_the_partition_of_its_smartlink_and_epoch() -> None:
    batch = take_batch(
        [record(0), record(2, country=None), record(3, epoch=2), record(4), record(5, outcome="fallback")]
    )
    hour = AT // 3_600_000
    assert batch.learned == {
        "sml_0#1": {
            LearningCell(hour, 1, "US", "mobile", "cmp_0"): [1, 0, 0, 0, 0, 0, 0],
            LearningCell(hour, 1, "", "mobile", "cmp_0"): [1, 0, 0, 0, 0, 0, 0],
        },
        "sml_1#2": {LearningCell(hour, 1, "US", "mobile", "cmp_1"): [1, 0, 0, 0, 0, 0, 0]},
    }


def test_record_without_a_click_belongs_to_its_batch() -> None:
    batch = take_batch([StreamRecord("1", AT), record(2)])
    assert (batch.sequences, len(batch.counted)) == (["1", "2"], 1)


def test_sequence_numbers_survive_a_round_trip() -> None:
    numbers = [str(10**20 + n) for n in range(500)]
    assert id_lists.decode(id_lists.encode(numbers)) == numbers


def test_records_after_a_counted_batch_are_uncounted() -> None:
    records = [record(n) for n in range(5)]
    assert stream_batch.skip_counted(["0", "1", "2"], records) == (records[3:], [])


def test_counted_records_after_the_delivery_are_returned() -> None:
    assert stream_batch.skip_counted(["0", "1", "2", "3"], [record(0), record(1)]) == ([], ["2", "3"])
