import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.column_codec import Columns
from chalicelib.counters.learning_cells import LearningCells, downsample
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.inputs.bucket_counts import BucketCounts, sum_by_bucket
from tests.optimizer.cells import HOUR, clicks, conversions, piece
from tests.strategies import learning_cells

WINDOW = 60 * 24
US = ("US", "mobile", "cmp_1")


def sum_pieces(*pieces: Columns, goal: OptimizationGoal = OptimizationGoal.EPC, hour: int = HOUR) -> BucketCounts:
    return sum_by_bucket(pieces, goal, hour, WINDOW)


def test_no_cells_give_no_counts() -> None:
    assert sum_pieces() == sum_pieces(piece()) == BucketCounts([], {})


def test_clicks_of_all_pieces_are_summed_by_bucket() -> None:
    counts = sum_pieces(
        piece(clicks(3), clicks(2, hour=HOUR - 1), clicks(7, country="GB", device="desktop", campaign="cmp_2")),
        piece(clicks(4)),
    )
    assert counts == BucketCounts([(HOUR - 1, 1), (HOUR, 1)], {US: [2, 7], ("GB", "desktop", "cmp_2"): [0, 7]})


def test_codes_have_different_meanings_in_different_pieces() -> None:
    us, gb = clicks(1), clicks(10, country="GB")
    counts = sum_pieces(piece(us), piece(gb), piece(us), piece(gb, clicks(100, hour=HOUR - 1, country="GB")))
    assert counts.clicks == {US: [0, 2], ("GB", "mobile", "cmp_1"): [100, 20]}


def test_pieces_are_summed_in_the_current_buckets() -> None:
    first = HOUR // 4 * 4 - 48
    counts = sum_pieces(piece(clicks(1, hour=first + 3)), piece(clicks(2, hour=first, span=4)))
    assert counts == BucketCounts([(first, 4)], {US: [3]})


def test_cells_before_the_window_are_ignored() -> None:
    long_ago = HOUR - WINDOW - 24
    old = [clicks(5, hour=long_ago), conversions(2, hour=long_ago), clicks(9, hour=long_ago, country="GB")]
    counts = sum_pieces(piece(*old, clicks(1)))
    assert counts == BucketCounts([(HOUR, 1)], {US: [1]})


def test_conversions_are_in_the_bucket_of_their_click() -> None:
    counts = sum_pieces(
        piece(clicks(10, hour=HOUR - 1), clicks(20), conversions(1, hour=HOUR - 1, delay=3), conversions(2, delay=5)),
        piece(conversions(4, delay=5)),
    )
    assert counts.conversions == {US: [1, 6]}
    money = counts.money["cmp_1"]
    assert (money.values, money.payouts) == ([1_500_000, 9_000_000], [1_500_000, 9_000_000])
    assert money.squares == [1_500_000**2, 6 * 1_500_000**2]
    assert {n: count for n, count in enumerate(money.delays) if count} == {3: 1, 5: 6}
    assert len(money.delays) == 17


def test_money_is_summed_over_segments() -> None:
    counts = sum_pieces(
        piece(clicks(1), clicks(1, country="GB"), conversions(1), conversions(2, payout=500_000, country="GB"))
    )
    assert counts.money["cmp_1"].values == [2_500_000]
    assert counts.conversions == {US: [1], ("GB", "mobile", "cmp_1"): [2]}


def test_conversions_without_a_counted_click_are_left_out() -> None:
    counts = sum_pieces(
        piece(clicks(1), conversions(1), conversions(1, campaign="cmp_2")), piece(conversions(3, country="GB"))
    )
    assert (counts.conversions, list(counts.money)) == ({US: [1]}, ["cmp_1"])


def test_rejected_conversions_leave_exactly_zero() -> None:
    counts = sum_pieces(piece(clicks(9), conversions(3)), piece(conversions(-3)))
    assert counts.conversions == {US: [0]}
    money = counts.money["cmp_1"]
    assert not any((*money.values, *money.squares, *money.payouts, *money.delays))


@pytest.mark.parametrize(
    ("goal", "value", "square"),
    [
        (OptimizationGoal.EPC, 3_000_000, 2 * 1_500_000**2),
        (OptimizationGoal.REVENUE, 4_000_000, 2 * 2_000_000**2),
        (OptimizationGoal.PROFIT, 1_000_000, 2 * 500_000**2),
        (OptimizationGoal.CONVERSION_RATE, 2_000_000, 2 * 1_000_000**2),
    ],
)
def test_value_of_a_conversion_is_by_the_goal(goal: OptimizationGoal, value: int, square: int) -> None:
    counts = sum_pieces(piece(clicks(5), conversions(2)), goal=goal)
    assert (counts.money["cmp_1"].values, counts.money["cmp_1"].squares) == ([value], [square])


def test_invalid_counts_are_passed_on() -> None:
    assert sum_pieces(piece(clicks(-3))).clicks == {US: [-3]}


@given(learning_cells(HOUR - WINDOW, HOUR), st.integers(0, 12))
def test_counts_do_not_depend_on_pieces_and_downsampling(cells: LearningCells, cut: int) -> None:
    from datetime import UTC, datetime

    now = datetime.fromtimestamp(HOUR * 3600, UTC)
    parts = [dict(list(cells.items())[:cut]), dict(list(cells.items())[cut:])]
    whole, coarse = sum_pieces(piece(cells)), sum_pieces(piece(downsample(cells, now, 60)))
    in_parts = sum_pieces(*map(piece, parts))
    assert (whole.periods, whole.money) == (coarse.periods, coarse.money) == (in_parts.periods, in_parts.money)
    for counts in (coarse, in_parts):
        assert counts.clicks.keys() == whole.clicks.keys()
        assert counts.conversions.keys() == whole.conversions.keys()
