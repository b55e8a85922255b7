from dataclasses import replace
from typing import NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.counters.cells import COUNTS, LAYOUT, Cell
from chalicelib.counters.column_codec import decode, decode_columns, encode
from chalicelib.counters.layout import Layout
from tests.strategies import counter_cells

ZEROS = [0] * len(COUNTS)


@given(counter_cells())
def test_cells_survive_a_round_trip(cells: dict[Cell, list[int]]) -> None:
    assert decode(encode(cells)) == cells


def test_no_cells_survive_a_round_trip() -> None:
    assert decode(encode({})) == {}


def test_columns_list_each_value_once_and_omit_counts_of_zero() -> None:
    cells = {Cell(8, country=country): [n, *ZEROS[1:]] for n, country in enumerate(("US", "GB", "US-"), start=1)}
    columns = decode_columns(encode(cells))
    assert columns.size == 3
    assert (columns.values["country"], list(columns.codes["country"])) == (["GB", "US", "US-"], [0, 1, 2])
    assert (columns.values["quarter"], list(columns.codes["quarter"])) == ([8], [0, 0, 0])
    assert {name: list(counts) for name, counts in columns.counts.items()} == {"unique_clicks": [2, 1, 3]}


@given(counter_cells())
def test_columns_have_the_cells_in_order(cells: dict[Cell, list[int]]) -> None:
    columns = decode_columns(encode(cells))
    assert list(zip(*columns.codes.values(), strict=True)) == sorted(zip(*columns.codes.values(), strict=True))
    assert all(list(values) == sorted(values) for values in columns.values.values())


class _OldCell(NamedTuple):
    """A cell without the dimension `arm`, which was added later."""

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


OLD_LAYOUT = Layout(_OldCell, COUNTS)


@given(counter_cells())
def test_cells_without_the_arm_dimension_have_no_arm(cells: dict[Cell, list[int]]) -> None:
    without_arm = {cell._replace(arm="", goal=""): counts for cell, counts in cells.items()}
    stored = encode({_OldCell(*cell[:-2]): counts for cell, counts in without_arm.items()}, OLD_LAYOUT)
    assert decode(stored) == without_arm


def test_columns_without_the_arm_dimension_have_its_default() -> None:
    columns = decode_columns(
        encode({_OldCell(8, country=country): [1, *ZEROS[1:]] for country in ("US", "GB")}, OLD_LAYOUT)
    )
    assert (columns.values["arm"], list(columns.codes["arm"])) == ([""], [0, 0])
    assert decode(encode({}, OLD_LAYOUT)) == {}


@given(st.integers(min_value=-(2**70), max_value=2**70))
@example(2**63 - 1)
@example(2**63)
def test_counts_may_exceed_64_bits(amount: int) -> None:
    counts = [0, 0, 0, 0, amount, *ZEROS[5:]]
    assert decode(encode({Cell(1): counts})) == {Cell(1): counts}


def test_ten_thousand_cells_take_less_than_ten_bytes_each() -> None:
    cells = {
        Cell(n % 96, "sml_1", 1, f"cmp_{n % 20}", f"pub_{n % 97}", f"C{n % 50}", "mobile"): [1 + n % 3, *ZEROS[1:]]
        for n in range(10_000)
    }
    assert len(encode(cells)) < 10 * len(cells)


def test_cells_of_a_layout_that_is_not_sorted_keep_their_order() -> None:
    layout = replace(LAYOUT, is_sorted=False)
    in_order = {Cell(quarter=quarter, sub1=sub1): [1, *ZEROS[1:]] for quarter, sub1 in ((7, "z"), (5, "b"), (7, "a"))}
    assert list(decode(encode(in_order, layout), layout)) == list(in_order)
    assert list(decode(encode(in_order))) == sorted(in_order)
