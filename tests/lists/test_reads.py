from chalicelib.lists.reads import Reads


def test_rows_are_read_as_long_as_items_are_left() -> None:
    reads = Reads(items=7)
    assert list(reads.meter(range(10), cost=3)) == [0, 1, 2]
    assert reads.is_cut


def test_one_row_is_read_in_any_case() -> None:
    assert list(Reads(items=0).meter(range(10), cost=3)) == [0]


def test_end_of_the_rows_is_no_cut() -> None:
    reads = Reads(items=7)
    assert list(reads.meter(range(2), cost=3)) == [0, 1]
    assert not reads.is_cut


def test_bytes_are_limited_too() -> None:
    reads = Reads(bytes=10)
    reads.take(1, 10)
    assert not reads.may_go_on()
