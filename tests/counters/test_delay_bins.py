import pytest

from chalicelib.counters.delay_bins import DELAY_EDGES, delay_bin

MINUTE, HOUR = 60_000, 3_600_000


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        pytest.param(-5, 0, id="before its click, by another clock"),
        pytest.param(0, 0, id="at once"),
        pytest.param(5 * MINUTE - 1, 0, id="just under five minutes"),
        pytest.param(5 * MINUTE, 1, id="five minutes"),
        pytest.param(HOUR - 1, 3, id="just under an hour"),
        pytest.param(HOUR, 4, id="an hour"),
        pytest.param(240 * HOUR - 1, 15, id="just under ten days"),
        pytest.param(240 * HOUR, 16, id="ten days"),
        pytest.param(10**15, 16, id="longest"),
    ],
)
def test_delay_is_in_the_bin_between_its_edges(delay: int, expected: int) -> None:
    assert delay_bin(delay) == expected


def test_every_edge_is_the_start_of_its_own_bin() -> None:
    finite = DELAY_EDGES[:-1]
    assert [delay_bin(round(edge * HOUR)) for edge in finite] == list(range(len(finite)))
