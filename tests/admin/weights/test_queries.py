from chalicelib.admin.weights.queries import StoredRun
from chalicelib.optimizer.history import run_record
from chalicelib.tables.routes import WeightHistoryRow
from tests.admin.weights.test_views import a_record


def test_run_has_its_record() -> None:
    run = run_record.encode(a_record())
    row = WeightHistoryRow("sml_1#2026-11", 1_795_264_200, status="published", route_version=1, run=run)
    assert StoredRun(row).record == run_record.decode(run)


def test_skipped_run_has_no_record() -> None:
    assert StoredRun(WeightHistoryRow("sml_1#2026-11", 1_795_264_200, status="skipped")).record is None
