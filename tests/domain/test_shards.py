from chalicelib.domain.shards import shard_of, shards_of

PUBLISHERS = [f"pub_{n}" for n in range(8)]


def test_shard_of_an_id_is_that_of_earlier_releases() -> None:
    assert [shard_of(each, 4) for each in PUBLISHERS] == [1, 3, 1, 3, 0, 2, 0, 2]


def test_shards_of_ids_are_in_order_and_named_once() -> None:
    assert shards_of(PUBLISHERS, 4) == [0, 1, 2, 3]
    assert shards_of(["pub_1", "pub_3", "pub_0"], 4) == [1, 3]
    assert shards_of([], 4) == []


def test_without_ids_all_shards_are_named() -> None:
    assert list(shards_of(None, 3)) == [0, 1, 2]
