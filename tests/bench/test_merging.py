import pytest

from bench.merging import COUNTED_MINUTES, Load, measure_merging
from bench.stream import Traffic

pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize(
    ("load", "shards", "batch"),
    [
        pytest.param(Load(1, window=1), 4, 1, id="one click per second: one per batch"),
        pytest.param(Load(100, window=1), 4, 25, id="clicks of one second over four shards"),
        pytest.param(Load(100, window=10), 4, 250, id="clicks of ten seconds"),
        pytest.param(Load(4_000, window=1), 4, 1_000, id="full batch"),
        pytest.param(Load(4_000, window=10), 4, 1_000, id="at most a full batch"),
        pytest.param(Load(10_001, window=1), 11, 909, id="one shard per started thousand"),
    ],
)
def test_load_has_shards_and_batches(load: Load, shards: int, batch: int) -> None:
    assert (load.shards, load.batch) == (shards, batch)
    assert load.batches * load.batch == pytest.approx(load.rate)


def test_minutes_are_counted_in_whole_cycles_of_the_compaction_of_details() -> None:
    assert (Load(100).cycle, Load(100).warm_minutes, Load(100).counted_minutes) == (8, 18, 16)
    assert (Load(1_000).cycle, Load(1_000).warm_minutes, Load(1_000).counted_minutes) == (4, 10, 8)


def test_counted_minutes_merge_all_new_blocks_and_delete_as_many() -> None:
    merged = measure_merging(Load(40, window=1), Traffic(cells=1, pools=1))
    blocks = 3 * 240 * COUNTED_MINUTES
    assert merged.blocks == blocks
    assert merged.charged.requests["BatchWriteItem"] * 25 >= blocks
    rewritten = merged.charged.requests["TransactWriteItems"]
    assert merged.charged.write_units >= blocks + 2 * rewritten
    assert merged.clicks == 40 * 60 * COUNTED_MINUTES
