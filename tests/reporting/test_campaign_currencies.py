from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.cells import COUNTS, Cell, Cells
from chalicelib.counters.column_codec import decode_columns, encode
from chalicelib.reporting.aggregation import AggregationQuery, Groups, aggregate
from chalicelib.reporting.campaign_currencies import with_currencies

CURRENCIES = {"cmp_1": "EUR", "cmp_2": "USD"}


def clicks(*cells: Cell) -> Cells:
    return {cell: [1, *[0] * (len(COUNTS) - 1)] for cell in cells}


def reader(reads: list[set[str]]) -> Callable[[set[str]], dict[str, str]]:
    """A reader of CURRENCIES that records what it reads."""

    def read(ids: set[str]) -> dict[str, str]:
        reads.append(ids)
        return {each: CURRENCIES[each] for each in ids if each in CURRENCIES}

    return read


def sums(pieces: Iterable[Cells], reads: list[set[str]]) -> Groups:
    columns = [decode_columns(encode(piece)) for piece in pieces]
    query = AggregationQuery(("campaign", "currency"), ("unique_clicks",), 0, 100)
    return aggregate(with_currencies(columns, reader(reads)), query)


def test_cell_without_currency_has_that_of_its_campaign() -> None:
    cells = [Cell(1), Cell(1, campaign="cmp_1"), Cell(1, campaign="cmp_2", currency="GBP")]
    reads: list[set[str]] = []
    assert sums([clicks(*cells)], reads) == {("", ""): [1], ("cmp_1", "EUR"): [1], ("cmp_2", "GBP"): [1]}
    assert reads == [{"cmp_1"}]


def test_nothing_is_read_if_every_cell_with_a_campaign_has_a_currency() -> None:
    reads: list[set[str]] = []
    pieces = [clicks(Cell(1), Cell(2)), clicks(Cell(1, campaign="cmp_1", currency="EUR")), clicks()]
    assert sums(pieces, reads) == {("", ""): [2], ("cmp_1", "EUR"): [1]}
    assert reads == []


def test_each_campaign_is_read_once() -> None:
    reads: list[set[str]] = []
    one, two = Cell(1, campaign="cmp_1"), Cell(1, campaign="cmp_2")
    sums([clicks(one), clicks(one, two), clicks(one)], reads)
    assert reads == [{"cmp_1"}, {"cmp_2"}]


def test_campaign_that_does_not_exist_has_no_currency() -> None:
    reads: list[set[str]] = []
    piece = clicks(Cell(1, campaign="cmp_9"))
    assert sums([piece, piece], reads) == {("cmp_9", ""): [2]}
    assert reads == [{"cmp_9"}]


CELLS = st.builds(
    Cell,
    quarter=st.integers(0, 3),
    campaign=st.sampled_from(["", "cmp_1", "cmp_2", "cmp_9"]),
    currency=st.sampled_from(["", "EUR", "USD"]),
)


@given(st.lists(st.sets(CELLS, max_size=12).map(lambda cells: clicks(*cells)), max_size=3))
def test_currencies_are_those_of_the_cells_or_else_of_their_campaigns(pieces: list[Cells]) -> None:
    expected: Groups = {}
    for cell in (cell for piece in pieces for cell in piece):
        key = (cell.campaign, cell.currency or CURRENCIES.get(cell.campaign, ""))
        expected[key] = [expected.get(key, [0])[0] + 1]
    assert sums(pieces, []) == expected
