from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.endpoint import Endpoint
from chalicelib.http.view import TextResponse
from chalicelib.reporting.lists import csv_file as module
from chalicelib.reporting.lists.csv_file import FileName, ListReader, csv_file
from tests.http.support import a_request

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NAME = FileName("clicks", SINCE, SINCE + timedelta(days=2))
REQUEST = replace(
    a_request(), endpoint=Endpoint("GET", "/admin/clicks", "listClicks", ""), parameters={"format": "csv"}
)


def reader_of(count: int, size: int = 1_000, text: str = "") -> ListReader[int]:
    """Return the reader of a list of the numbers below `count`, in pages of `size`."""

    def read_page(cursor: str | None) -> tuple[list[int], str | None]:
        start = int(cursor or -1) + 1
        end = min(start + size, count)
        return list(range(start, end)), str(end - 1) if end < count else None

    def documents(rows: list[int]) -> list[Mapping[str, Any]]:
        return [{"n": row, "text": text} for row in rows]

    return ListReader(read_page, documents, str)


def rows_of(response: TextResponse) -> list[int]:
    """Return the numbers of a file."""
    return [int(line.partition(",")[0]) for line in response.text.splitlines()[1:]]


def next_of(response: TextResponse) -> str | None:
    """Return the cursor of the next file, which is the last row of this one."""
    link = response.headers.get("Link")
    return link.partition("cursor=")[2].partition(">")[0] if link else None


def file_after(cursor: str | None, reader: ListReader[int]) -> TextResponse:
    return csv_file(REQUEST, NAME, ["n", "text"], reader, cursor)


def test_file_has_its_name_and_begins_with_a_byte_order_mark() -> None:
    documents: list[dict[str, Any]] = [{"a": "=1", "b": None}, {"b": True}, {"a": [{"x": 1}], "b": 0.25}]
    reader: ListReader[dict[str, Any]] = ListReader(lambda _: (documents, None), list, str)
    response = csv_file(REQUEST, NAME, ["a", "b"], reader, None)
    assert response.text == '\ufeffa,b\r\n\'=1,\r\n,true\r\n"[{""x"":1}]",0.25\r\n'
    assert response.media == "text/csv; charset=utf-8"
    assert response.headers == {
        "Content-Disposition": 'attachment; filename="clicks-2026-11-01-2026-11-02.csv"',
        "Cache-Control": "no-store",
    }


def test_file_of_an_empty_range_is_named_by_its_start() -> None:
    assert str(FileName("clicks", SINCE, SINCE)) == "clicks-2026-11-01-2026-11-01.csv"


def test_list_of_the_maximum_number_of_rows_is_one_file() -> None:
    response = file_after(None, reader_of(5_000))
    assert (rows_of(response), next_of(response)) == (list(range(5_000)), None)


def test_link_names_the_file_with_the_other_rows() -> None:
    first = file_after(None, reader_of(5_001, size=1_500))
    # It has the start of the first file: the default start moves with time.
    url = "https://api.example/admin/clicks?from=2026-11-01T00:00:00.000Z&format=csv&cursor=4999"
    assert first.headers["Link"] == f'<{url}>; rel="next"'
    assert (rows_of(first), rows_of(file_after("4999", reader_of(5_001)))) == (list(range(5_000)), [5_000])


def test_file_ends_after_a_number_of_pages_and_goes_on_where_the_search_ended() -> None:
    response = file_after(None, reader_of(9, size=1))
    assert (rows_of(response), next_of(response)) == ([0, 1, 2, 3, 4], "4")
    empty: ListReader[int] = ListReader(lambda cursor: ([], f"{cursor}."), lambda _: [], str)
    assert next_of(file_after("a", empty)) == "a....."


def test_file_has_at_most_5_mb_and_at_least_one_row() -> None:
    text = "é" * 200_000
    response = file_after(None, reader_of(6, text=text))
    assert (rows_of(response), next_of(response)) == ([0, 1, 2, 3], "3")
    assert len(response.text.encode()) < 5_000_000
    assert rows_of(file_after("3", reader_of(6, text="a" * 6_000_000))) == [4]


@given(count=st.integers(0, 30), size=st.integers(1, 5), maximum=st.integers(1, 5), limit=st.integers(1, 200))
def test_files_joined_have_every_row_once_in_order(count: int, size: int, maximum: int, limit: int) -> None:
    reader, found, cursor = reader_of(count, size), list[int](), None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_ROWS", maximum)
        patch.setattr(module, "MAX_BYTES", limit)
        for _ in range(count + 1):
            response = file_after(cursor, reader)
            found += rows_of(response)
            cursor = next_of(response)
            if cursor is None:
                break
    assert (found, cursor) == (list(range(count)), None)
