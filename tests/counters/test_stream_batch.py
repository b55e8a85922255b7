from typing import Any

from chalicelib.clicks import id_lists
from chalicelib.counters import stream_batch
from chalicelib.counters.learning_cells import LearningCell
from chalicelib.counters.stream_batch import StreamRecord, take_batch
from tests.counters.test_aggregator import AT, a_click


def record(n: int, **changes: Any) -> StreamRecord:
    return StreamRecord(str(n), AT, dict(a_click(n, **changes).attribute_values))


def test_a_run_ends_after_five_hundred_records() -> None:
    assert take_batch(record(n) for n in range(600)).sequences == [str(n) for n in range(500)]


def test_a_run_ends_before_a_transaction_would_hold_more_than_a_hundred_items() -> None:
    run = take_batch(record(n, route_id=f"sml_{n}", publisher_id="pub_1") for n in range(200))
    own, reports = 1, 1
    assert own + reports + len(run.lists) + len(run.learned) == 100


def test_a_record_too_many_for_the_transaction_is_the_first_of_the_next_run() -> None:
    records = [record(n, route_id=f"sml_{n}", publisher_id="pub_1") for n in range(200)]
    first = take_batch(records)
    second = take_batch(records[len(first.records) :])
    assert second.sequences[0] == str(len(first.records))


def test_a_click_is_learned_from_in_the_partition_of_its_pool_and_epoch() -> None:
    run = take_batch([record(0), record(2, country=None), record(3, epoch=2), record(4), record(5, outcome="fallback")])
    hour = AT // 3_600_000
    assert run.learned == {
        "sml_0#1": {
            LearningCell(hour, 1, "US", "mobile", "cmp_0"): [1, 0, 0, 0, 0, 0, 0],
            LearningCell(hour, 1, "", "mobile", "cmp_0"): [1, 0, 0, 0, 0, 0, 0],
        },
        "sml_1#2": {LearningCell(hour, 1, "US", "mobile", "cmp_1"): [1, 0, 0, 0, 0, 0, 0]},
    }


def test_a_record_with_nothing_to_count_still_belongs_to_its_run() -> None:
    run = take_batch([StreamRecord("1", AT), record(2)])
    assert (run.sequences, len(run.counted)) == (["1", "2"], 1)


def test_sequence_numbers_come_back_as_they_were_packed() -> None:
    numbers = [str(10**20 + n) for n in range(500)]
    assert id_lists.unpacked(id_lists.packed(numbers)) == numbers


def test_what_lies_beyond_a_counted_run_is_left_to_count() -> None:
    records = [record(n) for n in range(5)]
    assert stream_batch.skip_counted(["0", "1", "2"], records) == (records[3:], [])


def test_what_a_counted_run_holds_beyond_the_delivery_is_known() -> None:
    assert stream_batch.skip_counted(["0", "1", "2", "3"], [record(0), record(1)]) == ([], ["2", "3"])
