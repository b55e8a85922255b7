from typing import NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.column_codec import decode, decode_columns, encode
from chalicelib.counters.layout import Layout
from tests.strategies import counter_cells

ZEROS = [0] * len(COUNTS)


@given(counter_cells())
def test_what_is_packed_comes_back_as_it_was(cells: dict[Cell, list[int]]) -> None:
    assert decode(encode(cells)) == cells


def test_no_cells_are_no_cells() -> None:
    assert decode(encode({})) == {}


def test_columns_name_each_value_once_and_leave_out_counts_of_zero() -> None:
    cells = {Cell(8, country=country): [n, *ZEROS[1:]] for n, country in enumerate(("US", "GB", "US-"), start=1)}
    held = decode_columns(encode(cells))
    assert held.size == 3
    assert (held.values["country"], list(held.codes["country"])) == (["GB", "US", "US-"], [0, 1, 2])
    assert (held.values["quarter"], list(held.codes["quarter"])) == ([8], [0, 0, 0])
    assert {name: list(counts) for name, counts in held.counts.items()} == {"unique_clicks": [2, 1, 3]}


@given(counter_cells())
def test_columns_hold_the_cells_in_order(cells: dict[Cell, list[int]]) -> None:
    held = decode_columns(encode(cells))
    assert list(zip(*held.codes.values(), strict=True)) == sorted(zip(*held.codes.values(), strict=True))
    assert all(list(values) == sorted(values) for values in held.values.values())


class _Former(NamedTuple):
    """A cell as it was before there were arms."""

    quarter: int
    smartlink: str = ""
    epoch: int = 0
    campaign: str = ""
    publisher: str = ""
    country: str = ""
    device: str = ""
    os: str = ""
    sub1: str = ""
    reason: str = ""
    currency: str = ""


FORMER = Layout(_Former, COUNTS)


@given(counter_cells())
def test_cells_of_before_there_were_arms_are_read_without_one(cells: dict[Cell, list[int]]) -> None:
    armless = {cell._replace(arm=""): counts for cell, counts in cells.items()}
    stored = encode({_Former(*cell[:-1]): counts for cell, counts in armless.items()}, FORMER)
    assert decode(stored) == armless


def test_columns_of_before_there_were_arms_have_none_in_every_cell() -> None:
    held = decode_columns(encode({_Former(8, country=country): [1, *ZEROS[1:]] for country in ("US", "GB")}, FORMER))
    assert (held.values["arm"], list(held.codes["arm"])) == ([""], [0, 0])
    assert decode(encode({}, FORMER)) == {}


@given(st.integers(min_value=-(2**70), max_value=2**70))
@example(2**63 - 1)
@example(2**63)
def test_a_count_may_be_as_large_as_any_sum_of_money(amount: int) -> None:
    counts = [0, 0, 0, 0, amount, *ZEROS[5:]]
    assert decode(encode({Cell(1): counts})) == {Cell(1): counts}


def test_ten_thousand_cells_take_less_than_ten_bytes_each() -> None:
    cells = {
        Cell(n % 96, "sml_1", 1, f"cmp_{n % 20}", f"pub_{n % 97}", f"C{n % 50}", "mobile"): [1 + n % 3, *ZEROS[1:]]
        for n in range(10_000)
    }
    assert len(encode(cells)) < 10 * len(cells)
