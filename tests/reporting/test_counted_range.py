from datetime import UTC, date, datetime

import pytest

from chalicelib.reporting import cell_reader
from chalicelib.reporting.counted_range import counted_range
from chalicelib.reporting.date_range import Period
from chalicelib.reporting.narrower_query import ReportRequest
from chalicelib.reporting.report_request import Report

START, END, NOW = (
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 11, 2, tzinfo=UTC),
    datetime(2026, 11, 3, tzinfo=UTC),
)
REPORT = Report(Period(START, END, "Asia/Kolkata"), ReportRequest("/", {}, (date(2026, 11, 1), date(2026, 11, 1))))


@pytest.mark.parametrize(
    ("until", "shown"), [(None, None), (END, "2026-11-02T00:00:00.000Z")], ids=["not known", "known"]
)
def test_range_says_until_when_it_was_counted(
    monkeypatch: pytest.MonkeyPatch, until: datetime | None, shown: str | None
) -> None:
    monkeypatch.setattr(cell_reader, "counted_until", {NOW: until}.__getitem__)
    assert counted_range(REPORT, NOW) == {
        "from_": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-02T00:00:00.000Z",
        "timezone": "Asia/Kolkata",
        "counted_until": shown,
    }
