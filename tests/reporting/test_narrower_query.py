from datetime import date

import pytest

from chalicelib.reporting.narrower_query import ReportRequest, suggest_narrower_query

DAYS = (date(2026, 11, 1), date(2026, 11, 20))
DAY = (date(2026, 11, 1), date(2026, 11, 1))
LESS = "ask for less with a filter, a shorter time or fewer dimensions"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(
            ReportRequest("/admin/reports", {"from": "2026-11-01", "to": "2026-11-20", "group_by": "hour,sub1"}, DAYS),
            "ask for it day by day as CSV: /admin/reports?group_by=hour,sub1&from=2026-11-01&to=2026-11-01&format=csv",
            id="JSON of days",
        ),
        pytest.param(
            ReportRequest("/publisher/reports", {"sub1": "a&b", "format": "csv"}, DAYS),
            "ask for it day by day as CSV: /publisher/reports?sub1=a%26b&from=2026-11-01&to=2026-11-01&format=csv",
            id="CSV of days",
        ),
        pytest.param(
            ReportRequest("/admin/reports", {"from": "2026-11-01", "to": "2026-11-01"}, DAY),
            "ask for it as CSV: /admin/reports?from=2026-11-01&to=2026-11-01&format=csv",
            id="JSON of a day",
        ),
        pytest.param(ReportRequest("/admin/reports", {"format": "csv"}, DAY), LESS, id="CSV of a day"),
        pytest.param(
            ReportRequest("/admin/lost-clicks", {"smartlink_id": "sml_1"}, DAYS, has_csv=False),
            "ask for it day by day: /admin/lost-clicks?smartlink_id=sml_1&from=2026-11-01&to=2026-11-01",
            id="days of what has no CSV",
        ),
        pytest.param(ReportRequest("/admin/lost-clicks", {}, DAY, has_csv=False), LESS, id="a day of what has no CSV"),
    ],
)
def test_what_is_too_large_is_offered_in_smaller_pieces(call: ReportRequest, expected: str) -> None:
    assert suggest_narrower_query(call) == expected
