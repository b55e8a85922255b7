import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history.run_record import RunRecord, SegmentFigures, packed, unpacked
from chalicelib.optimizer.model.weights import OfferShare, Reason

OFFERS = (
    OfferShare("cmp_2", 0.75, 0.0123, 0.01, 0.02, 0.5, 1234.0, 1.5, Reason.LEARNED),
    OfferShare("cmp_1", 0.25, -0.5, -1.0, 0.25, 0.75, 50.0, 0.0, Reason.EXPLORING),
)
FIGURES = RunRecord(
    goal=OptimizationGoal.PROFIT,
    clicks=1_234_567,
    conversions=321,
    took_ms=43,
    likeness=2.5,
    spread=0.25,
    changes={"cmp_1": 498_684.0},
    segments=(SegmentFigures("US|mobile", 1000, 3.25, OFFERS), SegmentFigures("*", 1000, 3.25, OFFERS[:1])),
)


def test_figures_are_read_as_they_were_stored() -> None:
    assert unpacked(packed(FIGURES)) == FIGURES


def test_a_run_that_learned_nothing_has_figures_too() -> None:
    nothing = RunRecord(OptimizationGoal.EPC, 0, 0, 1, 1.0, 1.0, {}, ())
    assert unpacked(packed(nothing)) == nothing


def test_numbers_are_kept_to_six_digits() -> None:
    fine = RunRecord(OptimizationGoal.EPC, 1, 0, 1, 1.23456789, 0.000123456789, {}, ())
    found = unpacked(packed(fine))
    assert (found.likeness, found.spread) == (1.23457, 0.000123457)


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_what_is_no_number_is_not_kept(number: float) -> None:
    wrong = OfferShare("cmp_1", 1.0, number, 0.0, 0.0, 0.0, 0.0, 0.0, Reason.LEARNED)
    with pytest.raises(ValueError, match="figures must be finite"):
        packed(RunRecord(OptimizationGoal.EPC, 1, 0, 1, 1.0, 1.0, {}, (SegmentFigures("*", 1, 1.0, (wrong,)),)))


def test_a_share_is_kept_as_its_weight_is_and_other_figures_to_four_digits() -> None:
    fine = OfferShare("cmp_1", 0.123456789, 0.123456789, -1e-9, 123456.0, 0.0, 0.0, 0.0, Reason.NO_DATA)
    (row,) = unpacked(
        packed(RunRecord(OptimizationGoal.EPC, 1, 0, 1, 1.0, 1.0, {}, (SegmentFigures("*", 1, 1.0, (fine,)),)))
    ).segments
    assert row.offers == (OfferShare("cmp_1", 0.123457, 0.1235, -1e-9, 123500.0, 0.0, 0.0, 0.0, Reason.NO_DATA),)
