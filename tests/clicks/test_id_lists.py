from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clicks import id_lists
from chalicelib.clicks.id_lists import newest_first

IDS = st.sets(st.text("0123456789", min_size=3, max_size=3), max_size=60)


def split(click_ids: list[str], ends: list[int]) -> list[list[str]]:
    """Split the IDs into lists, one for each number in `ends`."""
    lists: dict[int, list[str]] = {}
    for n, click_id in enumerate(click_ids):
        lists.setdefault(ends[n % len(ends)], []).append(click_id)
    return list(lists.values())


@given(IDS, st.randoms(use_true_random=False), st.lists(st.integers(0, 9), min_size=1), st.text("0123456789"))
def test_ids_of_overlapping_lists_are_merged_newest_first(
    click_ids: set[str], random: Random, ends: list[int], before: str
) -> None:
    shuffled = sorted(click_ids)
    random.shuffle(shuffled)
    lists = sorted(((max(each), each) for each in split(shuffled, ends)), reverse=True)
    assert list(newest_first(lists, before)) == sorted((each for each in click_ids if each < before), reverse=True)


def test_id_to_start_before_is_left_out() -> None:
    assert list(newest_first([("3", ["1", "2", "3"])], "2")) == ["1"]


def test_no_more_lists_are_read_than_needed() -> None:
    read: list[str] = []

    def lists() -> Iterator[tuple[str, list[str]]]:
        for greatest, click_ids in (("9", ["5", "9"]), ("8", ["8", "1"]), ("4", ["4"]), ("3", ["3"])):
            read.append(greatest)
            yield greatest, click_ids

    merged = newest_first(lists(), "a")
    assert (next(merged), read) == ("9", ["9", "8"])
    assert [next(merged), next(merged)] == ["8", "5"]
    assert read == ["9", "8", "4"]
    assert list(merged) == ["4", "3", "1"]


def test_list_is_in_a_shard_by_its_greatest_id_and_every_shard_is_read() -> None:
    day = date(2026, 11, 21)
    names = [id_lists.partition_of("sml_1", day, [f"{n:04d}", "0000"]) for n in range(1_000)]
    assert id_lists.partitions("sml_1", day) == ["sml_1#2026-11-21", "sml_1#2026-11-21#1"]
    assert set(names) == set(id_lists.partitions("sml_1", day))
    assert min(Counter(names).values()) > 450


def test_sequence_numbers_survive_a_round_trip() -> None:
    numbers = [str(10**20 + n) for n in range(500)]
    assert id_lists.decode(id_lists.encode(numbers)) == numbers
