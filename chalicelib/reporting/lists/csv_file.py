"""A list as CSV files: as many rows as fit into one, and a link to the next."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from chalicelib.domain.timestamps import timestamp
from chalicelib.http.next_link import next_link
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting import csv_export
from chalicelib.reporting.csv_response import MAX_BYTES, csv_response, size_in_json

MAX_ROWS = 5_000
"""Maximum number of rows of a file."""

PAGE_ROWS = 1_000
"""Rows per page of the list that a file is read from."""

MAX_PAGES = 5
"""Maximum number of pages that are read for a file. A page with a rare filter may end early."""

_MILLISECOND = timedelta(milliseconds=1)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class FileName:
    """The name of a file: what it lists, and the start and end (exclusive) of its range."""

    kind: str
    since: datetime
    until: datetime

    def __str__(self) -> str:
        """Return the name with the first and the last day."""
        last = max(self.since, self.until - _MILLISECOND)
        return f"{self.kind}-{self.since.date()}-{last.date()}.csv"


@dataclass(frozen=True, slots=True)
class ListReader(Generic[Row]):
    """Functions that read a list: a page after a cursor with the next cursor, the documents of rows, a row's cursor."""

    read_page: Callable[[str | None], tuple[list[Row], str | None]]
    documents: Callable[[list[Row]], Sequence[Mapping[str, Any]]]
    cursor_of: Callable[[Row], str]


def csv_file(
    request: Request, name: FileName, columns: Sequence[str], reader: ListReader[Row], cursor: str | None
) -> TextResponse:
    """Return a CSV file of the list after the cursor. Its header `Link` names the next file, if there is one."""
    lines, rest = _lines(columns, reader, cursor)
    return csv_response(str(name), "".join(lines), next_link(request, rest, {"from": timestamp(name.since)}))


def _lines(columns: Sequence[str], reader: ListReader[Row], cursor: str | None) -> tuple[list[str], str | None]:
    """Return the lines of a file, and the cursor of the next one."""
    lines = [csv_export.head(columns)]
    size = size_in_json(lines[0])
    for _ in range(MAX_PAGES):
        rows, following = reader.read_page(cursor)
        for row, document in zip(rows, reader.documents(rows), strict=True):
            line = csv_export.line([_cell(document.get(column)) for column in columns], ())
            size += size_in_json(line)
            if len(lines) > MAX_ROWS or (size > MAX_BYTES and len(lines) > 1):
                return lines, cursor
            lines.append(line)
            cursor = reader.cursor_of(row)
        cursor = following
        if cursor is None:
            break
    return lines, cursor


def _cell(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return value if value is None or isinstance(value, str) else json.dumps(value, separators=(",", ":"))
