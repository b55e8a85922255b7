"""A list as one CSV file: every row of the range, up to a limit."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib.http.problems import ValidationFailed
from chalicelib.http.view import TextResponse
from chalicelib.reporting import csv_export

MAX_ROWS = 5_000
"""Maximum number of rows of a file."""

PAGE_ROWS = 1_000
"""Rows per page of the list that a file is read from."""

MAX_PAGES = 10
"""Maximum number of pages that are read for a file. A page with a rare filter may end early."""

MAX_BYTES = 5_000_000
"""Maximum size of the response as a JSON string. The response of a Lambda is limited to 6 MB."""

_ADVICE = "request a shorter range or add a filter"
_MILLISECOND = timedelta(milliseconds=1)

Row = TypeVar("Row")
PageReader = Callable[[str | None], tuple[list[Row], str | None]]
"""Returns the page of a list after a cursor, and the next page's cursor."""


def read_all(read_page: PageReader[Row], cursor: str | None) -> list[Row]:
    """Return the rows of all pages after the cursor; raise `ValidationFailed` if the file would be too large."""
    rows: list[Row] = []
    for _ in range(MAX_PAGES):
        page, cursor = read_page(cursor)
        rows += page
        if len(rows) > MAX_ROWS:
            raise ValidationFailed(("/from", f"contains more than {MAX_ROWS:,} rows, too many for a file; {_ADVICE}"))
        if cursor is None:
            return rows
    raise ValidationFailed(("/from", f"contains too much to search for a file; {_ADVICE}"))


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


def csv_response(name: FileName, columns: Sequence[str], documents: Iterable[Mapping[str, Any]]) -> TextResponse:
    """Return the documents as a CSV file; raise `ValidationFailed` if it is too large for a response."""
    rows = (([_cell(document.get(column)) for column in columns], ()) for document in documents)
    text = csv_export.encode(columns, rows)
    if len(json.dumps(text)) > MAX_BYTES:
        raise ValidationFailed(("/from", f"produces a file of more than {MAX_BYTES // 1_000_000} MB; {_ADVICE}"))
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return TextResponse(text, "text/csv; charset=utf-8", headers)


def _cell(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return value if value is None or isinstance(value, str) else json.dumps(value, separators=(",", ":"))
