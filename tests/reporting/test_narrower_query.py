from datetime import date

import pytest

from chalicelib.reporting.narrower_query import ReportRequest, suggest_narrower_query

DAYS = (date(2026, 11, 1), date(2026, 11, 20))
DAY = (date(2026, 11, 1), date(2026, 11, 1))
USE_A_FILTER = "use a filter, a shorter range or fewer dimensions"


@pytest.mark.parametrize(
    ("report_request", "expected"),
    [
        pytest.param(
            ReportRequest("/admin/reports", {"from": "2026-11-01", "to": "2026-11-20", "group_by": "hour,sub1"}, DAYS),
            "request it day by day as CSV: /admin/reports?group_by=hour,sub1&from=2026-11-01&to=2026-11-01&format=csv",
            id="JSON of days",
        ),
        pytest.param(
            ReportRequest("/publisher/reports", {"sub1": "a&b", "format": "csv"}, DAYS),
            "request it day by day as CSV: /publisher/reports?sub1=a%26b&from=2026-11-01&to=2026-11-01&format=csv",
            id="CSV of days",
        ),
        pytest.param(
            ReportRequest("/admin/reports", {"from": "2026-11-01", "to": "2026-11-01"}, DAY),
            "request it as CSV: /admin/reports?from=2026-11-01&to=2026-11-01&format=csv",
            id="JSON of a day",
        ),
        pytest.param(ReportRequest("/admin/reports", {"format": "csv"}, DAY), USE_A_FILTER, id="CSV of a day"),
        pytest.param(
            ReportRequest("/admin/lost-clicks", {"smartlink_id": ["sml_1", "sml_2"], "cursor": "500"}, DAYS),
            "request it day by day as CSV: "
            "/admin/lost-clicks?smartlink_id=sml_1&smartlink_id=sml_2&from=2026-11-01&to=2026-11-01&format=csv",
            id="a repeated filter, without the page",
        ),
    ],
)
def test_smaller_request_is_suggested(report_request: ReportRequest, expected: str) -> None:
    assert suggest_narrower_query(report_request) == expected
