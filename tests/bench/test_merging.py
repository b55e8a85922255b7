import pytest

from bench.merging import COUNTED_MINUTES, Load, merged_at
from bench.stream import Traffic


@pytest.mark.parametrize(
    ("load", "shards", "batch"),
    [
        pytest.param(Load(1, window=1), 4, 1, id="a click a second: one in a batch"),
        pytest.param(Load(100, window=1), 4, 25, id="a quarter of a second's clicks on each of four shards"),
        pytest.param(Load(100, window=10), 4, 250, id="ten seconds' clicks"),
        pytest.param(Load(4_000, window=1), 4, 1_000, id="full"),
        pytest.param(Load(4_000, window=10), 4, 1_000, id="not more than full"),
        pytest.param(Load(10_001, window=1), 11, 909, id="a shard for each thousand begun"),
    ],
)
def test_a_load_has_shards_and_batches(load: Load, shards: int, batch: int) -> None:
    assert (load.shards, load.batch) == (shards, batch)
    assert load.batches * load.batch == pytest.approx(load.rate)


def test_in_the_counted_minutes_every_block_that_comes_is_merged_and_as_many_are_deleted() -> None:
    merged = merged_at(Load(40, window=1), Traffic(cells=1, pools=1))
    blocks = 2 * 240 * COUNTED_MINUTES
    assert merged.blocks == blocks
    assert merged.charged.requests["BatchWriteItem"] * 25 >= blocks
    rewritten = merged.charged.requests["TransactWriteItems"]
    assert merged.charged.write_units >= blocks + 2 * rewritten
    assert merged.clicks == 40 * 60 * COUNTED_MINUTES
