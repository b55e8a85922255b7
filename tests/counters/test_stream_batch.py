from random import Random
from typing import Any

import pytest

from chalicelib.counters.column_codec import encode
from chalicelib.counters.detail_cells import COUNTS, JOINT_LAYOUT
from chalicelib.counters.learning_cells import LearningCell
from chalicelib.counters.stream_batch import DIGEST_BYTES, StreamBatch, StreamRecord, position_of, take_batch
from tests.counters.test_aggregator import AT, a_click, a_record


def digest(n: int) -> bytes:
    return n.to_bytes(DIGEST_BYTES, "big")


def a_sequence(change: dict[str, Any]) -> dict[str, Any]:
    return {"SequenceNumber": change["SequenceNumber"]}


def record(n: int, **changes: Any) -> StreamRecord:
    return StreamRecord(str(n), AT, digest(n), dict(a_click(n, **changes).attribute_values))


def names(batch: StreamBatch) -> list[str]:
    return [each.sequence for each in batch.records]


def test_batch_ends_after_a_thousand_records() -> None:
    assert names(take_batch(record(n) for n in range(1_100))) == [str(n) for n in range(1_000)]


def test_batch_ends_before_its_transaction_has_more_than_a_hundred_items() -> None:
    batch = take_batch(record(n, route_id=f"sml_{n}", publisher_id="pub_1") for n in range(200))
    batch_row, report_block, late_marker = 1, 1, 1
    assert batch_row + report_block + late_marker + len(batch.lists) + len(batch.learned) in {99, 100}


def test_details_are_an_item_more() -> None:
    batch = take_batch(record(n, route_id=f"sml_{n}", publisher_id="pub_1", browser="safari") for n in range(200))
    batch_row, report_block, detail_block = 1, 1, 1
    assert batch_row + report_block + detail_block + len(batch.lists) + len(batch.learned) == 99


def test_clicks_are_added_up_by_their_details() -> None:
    lost: dict[str, Any] = {
        "publisher_id": "pub_1",
        "route_id": "sml_0",
        "campaign_id": None,
        "outcome": "fallback",
        "source": "blog",
    }
    changes: list[dict[str, Any]] = [
        {"source": "blog"},
        lost,
        {**lost, "is_bot": True},
        {**lost, "is_duplicate": True},
        {},
    ]
    batch = take_batch(record(0, **change) for change in changes)
    counts = {
        cell.campaign: {name: count for name, count in zip(COUNTS, row, strict=True) if count}
        for cell, row in batch.details.items()
    }
    assert {cell.source for cell in batch.details} == {"blog"}
    assert counts == {
        "cmp_0": {"unique_clicks": 1},
        "": {"unique_clicks": 1, "duplicate_clicks": 1, "bot_clicks": 1, "lost_clicks": 2},
    }


@pytest.mark.parametrize(
    ("letter", "count"), [pytest.param("x", 88, id="one byte each"), pytest.param("\u6f22", 22, id="up to four bytes")]
)
def test_batch_ends_before_its_details_are_too_large(letter: str, count: int) -> None:
    sub_ids = {f"sub{n}": letter * 250 for n in range(1, 11)}
    batch = take_batch(record(n, sub_ids={**sub_ids, "sub2": f"{n:03d}" + letter * 247}) for n in range(200))
    assert len(batch.records) == count


def test_details_that_do_not_compress_fit_into_an_item() -> None:
    rng, letters = Random(1), [chr(code) for code in [*range(32, 127), *range(0x1F300, 0x1F600)]]  # noqa: S311 - no secret
    sub_ids = [{f"sub{n}": "".join(rng.choices(letters, k=255)) for n in range(2, 11)} for _ in range(100)]
    batch = take_batch(record(n, publisher_id="pub_1", sub_ids=each) for n, each in enumerate(sub_ids))
    assert len(encode(batch.details, JOINT_LAYOUT)) < 300_000


def test_values_of_sub1_that_do_not_compress_fit_into_an_item() -> None:
    rng = Random(1)  # noqa: S311 - no secret
    subs = ["".join(map(chr, rng.choices(range(0x10000, 0x10FFFF), k=255))) for _ in range(300)]
    records = [record(n, publisher_id="pub_1", sub_ids={"sub1": sub}) for n, sub in enumerate(subs)]
    batch = take_batch(records)
    assert len(batch.records) == 200_000 // (4 * 255)
    assert len(encode(batch.counted)) < 300_000


@pytest.mark.parametrize("source", [5, ["x"]])
def test_click_with_a_detail_that_is_no_string_is_poison(source: Any) -> None:
    batch = take_batch([StreamRecord("1", AT, digest(1), {**a_click(0).attribute_values, "source": source})])
    assert (len(batch.poison), batch.details) == (1, {})


def test_record_that_does_not_fit_is_the_first_of_the_next_batch() -> None:
    records = [record(n, route_id=f"sml_{n}", publisher_id="pub_1") for n in range(200)]
    first = take_batch(records)
    second = take_batch(records[len(first.records) :])
    assert names(second)[0] == str(len(first.records))


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


def test_newest_record_is_the_time_until_which_the_batch_counts() -> None:
    batch = take_batch([StreamRecord(str(n), at, digest(n)) for n, at in enumerate((5_000, 9_000, 7_000))])
    assert (batch.newest, take_batch([StreamRecord("1", 0, digest(1))]).newest) == (9_000, None)


def test_record_without_a_click_belongs_to_its_batch() -> None:
    batch = take_batch([StreamRecord("1", AT, digest(1)), record(2)])
    assert (names(batch), len(batch.counted)) == (["1", "2"], 1)


def test_batch_has_records_of_one_hour() -> None:
    hour = 3_600_000
    records = [StreamRecord(str(n), at, digest(n)) for n, at in enumerate((hour - 1, hour, 2 * hour - 1, 2 * hour))]
    assert names(take_batch(records)) == ["0"]
    assert names(take_batch(records[1:])) == ["1", "2"]


def test_digest_tells_records_of_two_shards_with_one_sequence_number_apart() -> None:
    first, second = a_record(1)["dynamodb"], a_record(2)["dynamodb"]
    positions = [position_of({"dynamodb": each}) for each in (first, second, {**second, **a_sequence(first)})]
    assert [sequence for sequence, _, _ in positions] == [f"{10**20 + n}" for n in (1, 2, 1)]
    assert {at for _, at, _ in positions} == {AT}
    assert len({part for _, _, part in positions}) == 3
    assert {len(part) for _, _, part in positions} == {DIGEST_BYTES}


def test_record_without_time_and_keys_has_a_position() -> None:
    sequence, at, part = position_of({"dynamodb": {"SequenceNumber": "5"}})
    assert (sequence, at, len(part)) == ("5", 0, DIGEST_BYTES)
