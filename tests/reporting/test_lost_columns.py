from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.column_codec import Columns
from chalicelib.reporting.lost_columns import lost_cells

REASONS = ["", "cap", "paused"]
CELLS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 5), st.integers(0, 1)), min_size=1)


def a_piece(codes: Sequence[int], reasons: Sequence[str] = REASONS, **counts: Sequence[int]) -> Columns:
    return Columns(len(codes), {"reason": reasons}, {"reason": codes}, counts)


@given(CELLS, st.booleans(), st.sampled_from([list, lambda codes: array("B", codes), lambda codes: array("H", codes)]))
def test_lost_clicks_are_those_of_matching_cells_with_a_reason(
    cells: list[tuple[int, int, int, int]], is_masked: bool, column: type[list[int]]
) -> None:
    codes, unique, duplicate, flags = (list(values) for values in zip(*cells, strict=True))
    piece = a_piece(column(codes), unique_clicks=unique, duplicate_clicks=duplicate, bot_clicks=unique)
    places, counts = lost_cells(piece, flags if is_masked else None)
    matching = [cell for cell in cells if cell[3] or not is_masked]
    expected = {n: cell[1] + cell[2] for n, cell in enumerate(matching) if cell[0]}
    assert dict(zip(places, counts, strict=True)) == expected


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(Columns(2, {}, {}, {"unique_clicks": [1, 2]}), id="no reasons"),
        pytest.param(a_piece([0, 0], [""], unique_clicks=[1, 2]), id="no reason"),
    ],
)
def test_piece_without_a_reason_has_no_lost_clicks(piece: Columns) -> None:
    assert lost_cells(piece, None) == ((), ())


def test_places_are_those_within_the_matching_cells() -> None:
    piece = a_piece([1, 0, 1, 1], unique_clicks=[5, 6, 7, 8])
    assert lost_cells(piece, [0, 1, 1, 1]) == ([1, 2], [7, 8])


def test_piece_without_clicks_has_none() -> None:
    assert lost_cells(a_piece([0, 1], payout=[5, 5]), None) == ([1], [0])


def test_piece_may_have_more_reasons_than_a_byte() -> None:
    piece = a_piece(array("H", range(300)), ["", *(f"r{n}" for n in range(299))], unique_clicks=[2] * 300)
    assert lost_cells(piece, None) == (list(range(1, 300)), [2] * 299)
