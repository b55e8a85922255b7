from typing import Any

import pytest

from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.query_schemas import LostClicksQuery, ReportQuery
from chalicelib.reporting.report_request import Report, resolve
from tests.http.support import a_request

(ENDPOINT,) = (each for each in ENDPOINTS if each.path == "/admin/reports")


def resolved(**parameters: Any) -> Report:
    return resolve(a_request(endpoint=ENDPOINT), validate(ReportQuery, parameters))


def error(**parameters: Any) -> tuple[str, str]:
    with pytest.raises(ValidationFailed) as raised:
        resolved(**parameters)
    ((pointer, detail),) = raised.value.errors
    return pointer, detail


def test_days_are_local() -> None:
    report = resolved(**{"from": "2026-11-01", "to": "2026-11-02"}, timezone="Asia/Kolkata")
    assert report.period.start.isoformat() == "2026-10-31T18:30:00+00:00"
    assert [day.isoformat() for day in report.request.days] == ["2026-11-01", "2026-11-02"]


def test_range_of_more_than_400_days_is_rejected() -> None:
    pointer, detail = error(**{"from": "2026-01-01", "to": "2027-02-06"})
    assert (pointer, detail.partition(";")[0]) == ("/from", "must be at most 400 days before `to`")
    assert resolved(**{"from": "2026-01-01", "to": "2027-02-04"})


def test_only_files_have_pages() -> None:
    assert error(cursor="500") == ("/cursor", "needs format=csv: a JSON report has no pages")
    assert resolved(cursor="500", format="csv")


def test_report_without_dimensions_has_too_many_rows_for_its_range() -> None:
    assert resolved().rows_pointer == "/group_by"
    assert resolve(a_request(endpoint=ENDPOINT), validate(LostClicksQuery, {})).rows_pointer == "/from"
