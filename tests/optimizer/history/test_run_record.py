import pytest

from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.optimizer.history.run_record import RunRecord, SegmentRecord, decode, encode
from chalicelib.optimizer.model.weights import OfferShare, Reason

OFFERS = (
    OfferShare("cmp_2", 0.75, 0.0123, 0.01, 0.02, 0.5, 1234.0, 1.5, Reason.LEARNED),
    OfferShare("cmp_1", 0.25, -0.5, -1.0, 0.25, 0.75, 50.0, 0.0, Reason.EXPLORING),
)
RECORD = RunRecord(
    goal=OptimizationGoal.PROFIT,
    clicks=1_234_567,
    conversions=321,
    took_ms=43,
    value_exponent=2.5,
    heterogeneity=0.25,
    changes={"cmp_1": 498_684.0},
    segments=(SegmentRecord("US|mobile", 1000, 3.25, OFFERS), SegmentRecord("*", 1000, 3.25, OFFERS[:1])),
)


def test_record_survives_encoding() -> None:
    assert decode(encode(RECORD)) == RECORD


def test_record_without_segments_survives_encoding() -> None:
    empty = RunRecord(OptimizationGoal.EPC, 0, 0, 1, 1.0, 1.0, {}, ())
    assert decode(encode(empty)) == empty


def test_numbers_are_stored_with_six_digits() -> None:
    record = RunRecord(OptimizationGoal.EPC, 1, 0, 1, 1.23456789, 0.000123456789, {}, ())
    decoded = decode(encode(record))
    assert (decoded.value_exponent, decoded.heterogeneity) == (1.23457, 0.000123457)


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_record_with_a_number_that_is_not_finite_is_rejected(number: float) -> None:
    wrong = OfferShare("cmp_1", 1.0, number, 0.0, 0.0, 0.0, 0.0, 0.0, Reason.LEARNED)
    with pytest.raises(ValueError, match="Figures must be finite"):
        encode(RunRecord(OptimizationGoal.EPC, 1, 0, 1, 1.0, 1.0, {}, (SegmentRecord("*", 1, 1.0, (wrong,)),)))


def test_shares_have_six_digits_and_other_figures_four() -> None:
    precise = OfferShare("cmp_1", 0.123456789, 0.123456789, -1e-9, 123456.0, 0.0, 0.0, 0.0, Reason.NO_DATA)
    (segment,) = decode(
        encode(RunRecord(OptimizationGoal.EPC, 1, 0, 1, 1.0, 1.0, {}, (SegmentRecord("*", 1, 1.0, (precise,)),)))
    ).segments
    assert segment.offers == (OfferShare("cmp_1", 0.123457, 0.1235, -1e-9, 123500.0, 0.0, 0.0, 0.0, Reason.NO_DATA),)
