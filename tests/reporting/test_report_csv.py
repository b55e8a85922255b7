import csv
import json
from collections.abc import Sequence
from datetime import date
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.http.problems import ValidationFailed
from chalicelib.http.view import TextResponse
from chalicelib.reporting import report_csv
from chalicelib.reporting.report_csv import CsvRow, CsvTable, csv_page
from tests.http.support import a_request


def _encode(rows: Sequence[str]) -> list[CsvRow]:
    return [([row], [len(row)]) for row in rows]


def a_page(rows: Sequence[str], cursor: str | None = None) -> TextResponse:
    table = CsvTable("report", (date(2026, 11, 1), date(2026, 11, 3)), ["label", "length"], rows, _encode)
    return csv_page(a_request(parameters={"format": "csv", "sub1": "a"}), table, cursor)


def pages(rows: Sequence[str]) -> list[TextResponse]:
    """All pages, by following the links."""
    found: list[TextResponse] = []
    cursor = None
    while not found or "Link" in found[-1].headers:
        if found:
            url = found[-1].headers["Link"].partition(">")[0].removeprefix("<")
            query = parse_qs(urlsplit(url).query)
            assert (query["format"], query["sub1"], query["to"]) == (["csv"], ["a"], ["2026-11-03"])
            (cursor,) = query["cursor"]
        found.append(a_page(rows, cursor))
    return found


def content(page: TextResponse) -> list[list[str]]:
    return list(csv.reader(StringIO(page.text.removeprefix("\ufeff"))))


def test_file_is_named_by_its_days() -> None:
    page = a_page(["a"])
    assert (page.text, page.media) == ("\ufefflabel,length\r\na,1\r\n", "text/csv; charset=utf-8")
    assert page.headers == {
        "Content-Disposition": 'attachment; filename="report-2026-11-01-2026-11-03.csv"',
        "Cache-Control": "no-store",
    }


@given(st.lists(st.sampled_from(["a", "snow \u2603", '"', "x\ny"]), max_size=60))
def test_pages_together_have_every_row_once(rows: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_csv, "MAX_BYTES", 100)
        patch.setattr(report_csv, "ROWS_PER_STEP", 3)
        found = pages(rows)
    assert [row for page in found for row in content(page)[1:]] == [[row, str(len(row))] for row in rows]
    assert all(content(page)[0] == ["label", "length"] and page.text.startswith("\ufeff") for page in found)
    assert all(len(json.dumps(page.text)) <= 100 for page in found if len(content(page)) > 4)


def test_page_has_at_most_five_megabytes() -> None:
    found = pages(["\u2603" * 500] * 3_200)
    assert [len(content(page)) - 1 for page in found] == [1500, 1500, 200]
    assert all(4_500_000 < len(json.dumps(page.text)) <= 5_000_000 for page in found[:-1])


def test_page_of_the_longest_labels_has_at_most_five_megabytes() -> None:
    # Four names, a sub-ID and three IDs, in characters that JSON writes as two escapes.
    found = pages(["\U0001f600" * (4 * 200 + 255 + 3 * 30)] * 600)
    assert [len(content(page)) - 1 for page in found] == [250, 350]
    assert all(len(json.dumps(page.text)) <= 5_000_000 for page in found)


def test_page_after_the_last_row_is_empty() -> None:
    assert content(a_page(["a"], "7")) == [["label", "length"]]


@pytest.mark.parametrize("cursor", ["-1", "one", "1.5", "\u0661", ""])
def test_cursor_is_a_number_of_rows(cursor: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        a_page(["a"], cursor)
    assert raised.value.errors == (("/cursor", "is not a cursor of this report"),)
