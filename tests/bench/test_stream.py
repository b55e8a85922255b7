from bench.stream import NOON, Traffic, batch
from chalicelib.counters.aggregator import decode_record
from chalicelib.counters.stream_batch import take_batch

TRAFFIC = Traffic(cells=20, pools=4)


def test_batch_has_the_stated_numbers_of_cells_and_smartlinks() -> None:
    run = take_batch(decode_record(each) for each in batch(TRAFFIC, 200))
    assert len(run.records) == 200
    assert len(run.counted) == 20
    assert len(run.learned) == len(run.lists) == 4
    assert not run.poison


def test_all_cells_have_equally_many_clicks() -> None:
    run = take_batch(decode_record(each) for each in batch(TRAFFIC, 200))
    assert {sum(counts) for counts in run.counted.values()} == {10}


def test_batch_depends_only_on_the_seed() -> None:
    assert batch(TRAFFIC, 5, seed=1) == batch(TRAFFIC, 5, seed=1)
    assert batch(TRAFFIC, 5, seed=1) != batch(TRAFFIC, 5, seed=2)


def test_batches_of_different_seeds_have_distinct_sequence_numbers() -> None:
    seen = [each["dynamodb"]["SequenceNumber"] for seed in range(3) for each in batch(TRAFFIC, 50, seed)]
    assert len(set(seen)) == 150


def test_sequence_numbers_increase() -> None:
    seen = [each["dynamodb"]["SequenceNumber"] for each in batch(TRAFFIC, 50)]
    assert seen == sorted(seen)


def test_clicks_are_on_the_day_of_the_click_lists() -> None:
    run = take_batch(decode_record(each) for each in batch(TRAFFIC, 4))
    assert {day for _, day, *_ in run.lists} == {NOON.date()}


def test_traffic_has_a_name() -> None:
    assert Traffic(1, 1).name == "1 cell, 1 pool"
    assert Traffic(1_000, 10).name == "1,000 cells, 10 pools"
