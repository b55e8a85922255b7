from random import Random

import pytest

from chalicelib.admin.weights.queries import StoredRun
from chalicelib.admin.weights.views import _run_document
from chalicelib.domain.smartlink import OptimizationGoal
from chalicelib.http.pagination import PAGE_BYTES
from chalicelib.optimizer.history import run_record
from chalicelib.optimizer.history.run_record import RunRecord, SegmentRecord
from chalicelib.optimizer.model.weights import OfferShare, Reason
from chalicelib.tables.routes import WeightHistoryRow


def _a_share(offer: str, numbers: list[float]) -> OfferShare:
    share, value, low, high, payout, effective, pending = numbers
    return OfferShare(offer, share, value, low, high, payout, effective, pending, Reason.EXPLORING)


def a_run(scale: float) -> StoredRun:
    """Return a run with four segments of twenty offers, with figures up to `scale`."""
    random = Random(7)  # noqa: S311 - no secrets
    offers = [f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}" for n in range(20)]
    segments = tuple(
        SegmentRecord(
            f"{country}|mobile",
            100,
            1.5,
            tuple(_a_share(offer, [scale * random.random() for _ in range(7)]) for offer in offers),
        )
        for country in ("US", "GB", "DE", "FR")
    )
    run = run_record.encode(RunRecord(OptimizationGoal.EPC, 1, 1, 1, 1.0, 1.0, {}, segments))
    return StoredRun(WeightHistoryRow("sml_1#2026-11", 1_795_264_200, status="published", route_version=1, run=run))


@pytest.mark.parametrize("scale", [0.0, 1e-5, 1.0, 1e5])
def test_page_of_runs_fits_into_a_lambda_response(scale: float) -> None:
    run = a_run(scale)
    assert len(_run_document(run).model_dump_json()) < run.size * 6_000_000 / PAGE_BYTES


def test_skipped_run_has_size_0() -> None:
    assert StoredRun(WeightHistoryRow("sml_1#2026-11", 1_795_264_200, status="skipped")).size == 0
