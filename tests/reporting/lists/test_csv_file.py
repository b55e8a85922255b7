from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.lists import csv_file
from chalicelib.reporting.lists.csv_file import FileName, csv_response, read_all

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NAME = FileName("clicks", SINCE, SINCE + timedelta(days=2))


def pages_of(count: int, size: int) -> Any:
    """Return the reader of a list of the numbers below `count`, in pages of `size`."""

    def read_page(cursor: str | None) -> tuple[list[int], str | None]:
        start = int(cursor or 0)
        end = start + size
        return list(range(start, min(end, count))), str(end) if end < count else None

    return read_page


def detail(error: pytest.ExceptionInfo[ValidationFailed]) -> Any:
    return error.value.document()["errors"]


def test_every_page_is_read() -> None:
    assert read_all(pages_of(5, 2), None) == [0, 1, 2, 3, 4]
    assert read_all(pages_of(5, 2), "2") == [2, 3, 4]
    assert read_all(pages_of(0, 2), None) == []


def test_file_holds_the_maximum_number_of_rows() -> None:
    assert len(read_all(pages_of(5_000, 1_000), None)) == 5_000


def test_more_rows_are_rejected_with_what_to_do() -> None:
    with pytest.raises(ValidationFailed) as error:
        read_all(pages_of(5_001, 1_000), None)
    text = "contains more than 5,000 rows, too many for a file; request a shorter range or add a filter"
    assert detail(error) == [{"pointer": "/from", "detail": text}]


def test_search_of_too_many_pages_is_rejected() -> None:
    assert len(read_all(pages_of(10, 1), None)) == 10
    with pytest.raises(ValidationFailed) as error:
        read_all(pages_of(11, 1), None)
    text = "contains too much to search for a file; request a shorter range or add a filter"
    assert detail(error) == [{"pointer": "/from", "detail": text}]


def test_file_has_its_name_and_begins_with_a_byte_order_mark() -> None:
    response = csv_response(NAME, ["a", "b"], [{"a": "=1", "b": None}, {"b": True}, {"a": [{"x": 1}], "b": 0.25}])
    assert response.text == '\ufeffa,b\r\n\'=1,\r\n,true\r\n"[{""x"":1}]",0.25\r\n'
    assert response.media == "text/csv; charset=utf-8"
    assert response.headers == {
        "Content-Disposition": 'attachment; filename="clicks-2026-11-01-2026-11-02.csv"',
        "Cache-Control": "no-store",
    }


def test_file_of_an_empty_range_is_named_by_its_start() -> None:
    assert str(FileName("clicks", SINCE, SINCE)) == "clicks-2026-11-01-2026-11-01.csv"


def test_file_that_is_too_large_for_a_response_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_BYTES", 10)
    with pytest.raises(ValidationFailed) as error:
        csv_response(NAME, ["a"], [{"a": "long text"}])
    text = "produces a file of more than 0 MB; request a shorter range or add a filter"
    assert detail(error) == [{"pointer": "/from", "detail": text}]
