from random import Random

import pytest

from chalicelib.admin.weights.queries import Kept
from chalicelib.admin.weights.views import _run
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.http.pagination import PAGE_BYTES
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord, SegmentFigures
from chalicelib.optimizer.model.weights import OfferShare, Reason
from chalicelib.tables.routes import WeightHistoryRow


def _figures(offer: str, numbers: list[float]) -> OfferShare:
    share, value, low, high, payout, effective, pending = numbers
    return OfferShare(offer, share, value, low, high, payout, effective, pending, Reason.EXPLORING)


def a_run(scale: float) -> Kept:
    """A run about twelve segments of twenty offers, with figures up to the scale."""
    dice = Random(7)  # noqa: S311 - figures, no secrets
    offers = [f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}" for n in range(20)]
    segments = tuple(
        SegmentFigures(
            f"{country}|mobile",
            100,
            1.5,
            tuple(_figures(each, [scale * dice.random() for _ in range(7)]) for each in offers),
        )
        for country in ("US", "GB", "DE", "FR")
    )
    run = run_record.packed(RunRecord(OptimizationGoal.EPC, 1, 1, 1, 1.0, 1.0, {}, segments))
    return Kept(WeightHistoryRow("sml_1#2026-11", 1_795_264_200, status="published", route_version=1, run=run))


@pytest.mark.parametrize("scale", [0.0, 1e-5, 1.0, 1e5])
def test_a_page_of_runs_is_no_larger_than_a_lambda_may_answer_with(scale: float) -> None:
    run = a_run(scale)
    assert len(_run(run).model_dump_json()) < run.size * 6_000_000 / PAGE_BYTES


def test_a_skipped_run_is_short() -> None:
    assert Kept(WeightHistoryRow("sml_1#2026-11", 1_795_264_200, status="skipped")).size == 0
