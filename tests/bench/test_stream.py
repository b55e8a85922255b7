from bench.stream import NOON, Traffic, batch
from chalicelib.counters.aggregator import record_of
from chalicelib.counters.stream_batch import take_batch

TRAFFIC = Traffic(cells=20, pools=4)


def test_a_batch_falls_into_as_many_cells_and_pools_as_it_says() -> None:
    run = take_batch(record_of(each) for each in batch(TRAFFIC, 200))
    assert len(run.records) == 200
    assert len(run.counted) == 20
    assert len(run.learned) == len(run.lists) == 4
    assert not run.poison


def test_all_cells_are_equally_often() -> None:
    run = take_batch(record_of(each) for each in batch(TRAFFIC, 200))
    assert {sum(counts) for counts in run.counted.values()} == {10}


def test_a_batch_is_the_same_for_the_same_seed_only() -> None:
    assert batch(TRAFFIC, 5, seed=1) == batch(TRAFFIC, 5, seed=1)
    assert batch(TRAFFIC, 5, seed=1) != batch(TRAFFIC, 5, seed=2)


def test_batches_of_different_seeds_share_no_sequence_number() -> None:
    seen = [each["dynamodb"]["SequenceNumber"] for seed in range(3) for each in batch(TRAFFIC, 50, seed)]
    assert len(set(seen)) == 150


def test_sequence_numbers_grow() -> None:
    seen = [each["dynamodb"]["SequenceNumber"] for each in batch(TRAFFIC, 50)]
    assert seen == sorted(seen)


def test_the_day_is_the_one_that_lists_are_made_for() -> None:
    run = take_batch(record_of(each) for each in batch(TRAFFIC, 4))
    assert {day for _, day in run.lists} == {f"{NOON:%Y-%m-%d}"}


def test_traffic_says_what_it_is() -> None:
    assert Traffic(1, 1).name == "1 cell, 1 pool"
    assert Traffic(1_000, 10).name == "1,000 cells, 10 pools"
