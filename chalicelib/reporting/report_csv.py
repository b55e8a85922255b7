"""The pages of a report as CSV."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from chalicelib.http.next_link import next_link
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting import csv_export
from chalicelib.reporting.csv_response import MAX_BYTES, csv_response, size_in_json

ROWS_PER_STEP = 250
"""Rows that are encoded at a time. A page ends after a multiple of them.

They have less than `MAX_BYTES`, even if all labels are the longest possible: about 1,200 characters a row, of at most
12 bytes each in JSON.
"""

Row = TypeVar("Row")
CsvRow = tuple[Iterable[str | None], Iterable[object]]
"""The labels of a row, which are untrusted input, and its numbers."""


@dataclass(frozen=True, slots=True)
class CsvTable(Generic[Row]):
    """A table as a file: what it contains, its days, columns and rows, and the function that encodes some rows."""

    kind: str
    days: tuple[date, date]
    columns: Sequence[str]
    rows: Sequence[Row]
    encode: Callable[[Sequence[Row]], Iterable[CsvRow]]


def csv_page(request: Request, table: CsvTable[Row], cursor: str | None) -> TextResponse:
    """Return a page of the table with the `Link` to the next one. Each page begins with the names of the columns.

    The cursor is the number of rows before the page.
    """
    head = csv_export.head(table.columns)
    first = end = _offset(cursor)
    parts, size = [head], size_in_json(head)
    while end < len(table.rows):
        encoded = table.encode(table.rows[end : end + ROWS_PER_STEP])
        part = "".join(csv_export.line(labels, numbers) for labels, numbers in encoded)
        size += size_in_json(part)
        if size > MAX_BYTES and end > first:
            break
        parts.append(part)
        end += ROWS_PER_STEP
    name = f"{table.kind}-{table.days[0]}-{table.days[1]}.csv"
    # The default start depends on the end only.
    link = next_link(request, str(end) if end < len(table.rows) else None, {"to": table.days[1].isoformat()})
    return csv_response(name, "".join(parts), link)


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise ValidationFailed(("/cursor", "is not a cursor of this report"))
    return int(cursor)
