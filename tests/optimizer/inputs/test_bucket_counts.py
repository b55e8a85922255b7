import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.counters.column_codec import Columns
from chalicelib.counters.learning_cells import LearningCells, downsample
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.inputs.bucket_counts import BucketCounts, sum_by_bucket
from tests.optimizer.cells import HOUR, clicks, conversions, piece
from tests.strategies import learning_cells

KEPT = 60 * 24
US = ("US", "mobile", "cmp_1")


def tallied(*pieces: Columns, goal: OptimizationGoal = OptimizationGoal.EPC, hour: int = HOUR) -> BucketCounts:
    return sum_by_bucket(pieces, goal, hour, KEPT)


def test_of_nothing_there_is_nothing() -> None:
    assert tallied() == tallied(piece()) == BucketCounts([], {})


def test_clicks_of_all_pieces_are_added_up_by_bucket() -> None:
    found = tallied(
        piece(clicks(3), clicks(2, hour=HOUR - 1), clicks(7, country="GB", device="desktop", campaign="cmp_2")),
        piece(clicks(4)),
    )
    assert found == BucketCounts([(HOUR - 1, 1), (HOUR, 1)], {US: [2, 7], ("GB", "desktop", "cmp_2"): [0, 7]})


def test_the_same_codes_stand_for_other_names_in_another_piece() -> None:
    ours, theirs = clicks(1), clicks(10, country="GB")
    found = tallied(piece(ours), piece(theirs), piece(ours), piece(theirs, clicks(100, hour=HOUR - 1, country="GB")))
    assert found.clicks == {US: [0, 2], ("GB", "mobile", "cmp_1"): [100, 20]}


def test_pieces_meet_in_the_buckets_of_the_moment() -> None:
    first = HOUR // 4 * 4 - 48
    found = tallied(piece(clicks(1, hour=first + 3)), piece(clicks(2, hour=first, span=4)))
    assert found == BucketCounts([(first, 4)], {US: [3]})


def test_what_is_forgotten_counts_no_more_in_any_way() -> None:
    long_ago = HOUR - KEPT - 24
    old = [clicks(5, hour=long_ago), conversions(2, hour=long_ago), clicks(9, hour=long_ago, country="GB")]
    found = tallied(piece(*old, clicks(1)))
    assert found == BucketCounts([(HOUR, 1)], {US: [1]})


def test_conversions_lie_in_the_bucket_of_their_click() -> None:
    found = tallied(
        piece(clicks(10, hour=HOUR - 1), clicks(20), conversions(1, hour=HOUR - 1, delay=3), conversions(2, delay=5)),
        piece(conversions(4, delay=5)),
    )
    assert found.conversions == {US: [1, 6]}
    money = found.money["cmp_1"]
    assert (money.values, money.payouts) == ([1_500_000, 9_000_000], [1_500_000, 9_000_000])
    assert money.squares == [1_500_000**2, 6 * 1_500_000**2]
    assert {n: count for n, count in enumerate(money.delays) if count} == {3: 1, 5: 6}
    assert len(money.delays) == 17


def test_money_of_all_segments_is_the_offers_together() -> None:
    found = tallied(
        piece(clicks(1), clicks(1, country="GB"), conversions(1), conversions(2, payout=500_000, country="GB"))
    )
    assert found.money["cmp_1"].values == [2_500_000]
    assert found.conversions == {US: [1], ("GB", "mobile", "cmp_1"): [2]}


def test_conversions_whose_click_is_not_counted_yet_wait_for_it() -> None:
    found = tallied(
        piece(clicks(1), conversions(1), conversions(1, campaign="cmp_2")), piece(conversions(3, country="GB"))
    )
    assert (found.conversions, list(found.money)) == ({US: [1]}, ["cmp_1"])


def test_what_was_rejected_leaves_nothing() -> None:
    found = tallied(piece(clicks(9), conversions(3)), piece(conversions(-3)))
    assert found.conversions == {US: [0]}
    money = found.money["cmp_1"]
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
def test_a_conversion_is_worth_what_the_goal_counts(goal: OptimizationGoal, value: int, square: int) -> None:
    found = tallied(piece(clicks(5), conversions(2)), goal=goal)
    assert (found.money["cmp_1"].values, found.money["cmp_1"].squares) == ([value], [square])


def test_what_is_broken_is_not_mended_here() -> None:
    assert tallied(piece(clicks(-3))).clicks == {US: [-3]}


@given(learning_cells(HOUR - KEPT, HOUR), st.integers(0, 12))
def test_however_the_cells_are_cut_and_coarsened_the_tally_is_the_same(cells: LearningCells, cut: int) -> None:
    from datetime import UTC, datetime

    now = datetime.fromtimestamp(HOUR * 3600, UTC)
    parts = [dict(list(cells.items())[:cut]), dict(list(cells.items())[cut:])]
    whole, coarse = tallied(piece(cells)), tallied(piece(downsample(cells, now, 60)))
    in_parts = tallied(*map(piece, parts))
    assert (whole.periods, whole.money) == (coarse.periods, coarse.money) == (in_parts.periods, in_parts.money)
    for found in (coarse, in_parts):
        assert found.clicks.keys() == whole.clicks.keys()
        assert found.conversions.keys() == whole.conversions.keys()
