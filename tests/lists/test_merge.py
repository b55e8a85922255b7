from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.lists.merge import Order, Piece, ReadYear, merge
from chalicelib.lists.reads import Reads

ASCENDING = Order(lambda entry: str(entry["id"]), is_descending=False, follows_years=False)
DESCENDING = Order(lambda entry: str(entry["id"]), is_descending=True, follows_years=False)
BY_YEAR = Order(lambda entry: str(entry["id"]), is_descending=False, follows_years=True)


def a_year(letters: str, log: list[int] | None = None, *, is_descending: bool = False) -> ReadYear:
    """A year whose entries have these letters as IDs."""
    ordered = sorted(letters, reverse=is_descending)

    def read(after: str | None, limit: int) -> Piece:
        later = [each for each in ordered if after is None or ((each < after) if is_descending else each > after)]
        if log is not None:
            log.append(limit)
        return Piece([{"id": each} for each in later[:limit]], 10 * len(later[:limit]), len(later) <= limit)

    return read


def ids(years: Sequence[ReadYear], after: str | None = None, order: Order = ASCENDING, **limits: Any) -> str:
    reads = limits.get("reads") or Reads()
    return "".join(entry["id"] for entry in merge(years, after, order, reads, limits.get("size", 100)))


@pytest.mark.parametrize("size", [1, 2, 100])
def test_years_are_merged_into_one_order(size: int) -> None:
    assert ids([a_year("adf"), a_year("bce"), a_year("")], size=size) == "abcdef"
    years = [a_year(letters, is_descending=True) for letters in ("adf", "bce")]
    assert ids(years, order=DESCENDING, size=size) == "fedcba"


def test_merge_goes_on_after_a_position() -> None:
    assert ids([a_year("adf"), a_year("bce")], "c") == "def"


def test_years_that_follow_each_other_are_read_one_after_the_other() -> None:
    log: list[int] = []
    entries = merge([a_year("abc"), a_year("def", log)], None, BY_YEAR, Reads(), 100)
    assert [next(entries)["id"] for _ in range(3)] == ["a", "b", "c"]
    assert log == []
    assert next(entries)["id"] == "d"


def test_reading_ends_where_the_next_entry_would_be_unknown() -> None:
    reads = Reads(items=4)
    assert ids([a_year("adf"), a_year("bce")], reads=reads, size=2) == "abc"
    assert reads.is_cut


def test_reading_ends_at_the_limit_of_bytes() -> None:
    reads = Reads(bytes=20)
    assert ids([a_year("abcdef")], reads=reads, size=2) == "ab"
    assert reads.is_cut


def test_following_year_is_not_read_after_a_cut() -> None:
    reads = Reads(items=2)
    assert ids([a_year("abc"), a_year("def")], order=BY_YEAR, reads=reads, size=2) == "ab"
    assert reads.is_cut


def test_one_entry_of_each_year_is_read_in_any_case() -> None:
    assert ids([a_year("ad"), a_year("bc")], reads=Reads(items=0)) == "a"


def test_no_years_have_no_entries() -> None:
    assert ids([]) == ""
