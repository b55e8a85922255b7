"""Reader of an import as CSV."""

import csv
from collections import Counter
from collections.abc import Sequence
from typing import Any

from chalicelib.conversions.imports.rows import COLUMNS
from chalicelib.http.problems import MalformedRequest, ValidationFailed

MEDIA = "text/csv"
_DELIMITERS = (",", ";", "\t")
_BYTE_ORDER_MARK = "\ufeff"


def parse_csv(text: str) -> dict[str, Any]:
    """Return the file as the JSON document of an import; raise a `Problem` if it is no table of the known columns."""
    header, *lines = _lines(text.removeprefix(_BYTE_ORDER_MARK)) or [[]]
    columns = [name.strip().lower() for name in header]
    errors = [*_header_errors(columns), *_length_errors(columns, lines)]
    if errors:
        raise ValidationFailed(*errors)
    return {"rows": [_fields(columns, values) for values in lines]}


def _lines(text: str) -> list[list[str]]:
    """Return the values of each line that is not blank."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    first, *_ = unified.split("\n", 1)
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        # The reader adds no line break of its own to a quoted value.
        lines = list(csv.reader((f"{line}\n" for line in unified.split("\n")), delimiter=delimiter, strict=True))
    except csv.Error as error:
        message = f"The request body is not CSV: {error}."
        raise MalformedRequest(message) from error
    return [line for line in lines if any(value.strip() for value in line)]


def _header_errors(columns: Sequence[str]) -> list[tuple[str, str]]:
    counted = Counter(columns)
    unknown = [f"is not a known column: {name!r}; known are {', '.join(COLUMNS)}" for name in counted.keys() - COLUMNS]
    repeated = [f"names the column {name!r} {count} times" for name, count in counted.items() if count > 1]
    missing = [] if "click_id" in counted else ["must have the column 'click_id'"]
    return [("/header", error) for error in (*sorted(unknown), *repeated, *missing)]


def _length_errors(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return the errors of rows with surplus values: their values may be in the wrong columns."""
    width = len(columns)
    return [
        (f"/rows/{n}", f"has {len(line)} values for {width} columns")
        for n, line in enumerate(lines)
        if len(line) > width and any(line[width:])
    ]


def _fields(columns: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    """Return the values by column. The last ones may be missing."""
    return {name: value.strip() for name, value in zip(columns, values, strict=False)}
