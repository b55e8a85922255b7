from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clicks.id_lists import newest_first

IDS = st.sets(st.text("0123456789", min_size=3, max_size=3), max_size=60)


def cut(click_ids: list[str], ends: list[int]) -> list[list[str]]:
    """The IDs dealt out to as many lists, in no order of time."""
    lists: dict[int, list[str]] = {}
    for n, click_id in enumerate(click_ids):
        lists.setdefault(ends[n % len(ends)], []).append(click_id)
    return list(lists.values())


@given(IDS, st.randoms(use_true_random=False), st.lists(st.integers(0, 9), min_size=1), st.text("0123456789"))
def test_ids_come_in_falling_order_however_their_lists_overlap(
    click_ids: set[str], random: Random, ends: list[int], before: str
) -> None:
    dealt = sorted(click_ids)
    random.shuffle(dealt)
    lists = sorted(((max(each), each) for each in cut(dealt, ends)), reverse=True)
    assert list(newest_first(lists, before)) == sorted((each for each in click_ids if each < before), reverse=True)


def test_no_more_lists_are_read_than_it_takes() -> None:
    read: list[str] = []

    def lists() -> Iterator[tuple[str, list[str]]]:
        for greatest, click_ids in (("9", ["5", "9"]), ("8", ["8", "1"]), ("4", ["4"]), ("3", ["3"])):
            read.append(greatest)
            yield greatest, click_ids

    found = newest_first(lists(), "a")
    assert (next(found), read) == ("9", ["9", "8"])
    assert [next(found), next(found)] == ["8", "5"]
    assert read == ["9", "8", "4"]
    assert list(found) == ["4", "3", "1"]
