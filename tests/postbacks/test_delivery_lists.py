from chalicelib.postbacks.delivery_lists import SHARDS, all_lists, list_of


def test_delivery_is_in_a_list_of_its_status_and_publisher() -> None:
    assert all_lists(["dead"], ["pub_1"]) == [list_of("dead", "pub_1")]
    assert list_of("dead", "pub_1") in all_lists(["sending", "dead"], None)


def test_every_status_has_a_list_for_each_shard() -> None:
    assert all_lists(["dead", "failed", "dead"], None) == [
        f"{status}#{shard}" for status in ("dead", "failed") for shard in range(SHARDS)
    ]
    assert set(all_lists(["dead"], [f"pub_{n}" for n in range(50)])) == set(all_lists(["dead"], None))
