"""Rows of an import: parsed, put into chunks, and checked against each other."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.conversions.absent_values import is_absent
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.schemas import ReportedAmounts, report_of
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.models import validate

COLUMNS = ("click_id", "txid", "event", "amount", "payout", "revenue", "status")
MAX_ROWS = 5_000
ROWS_PER_CHUNK = 100


class ImportRow(NamedTuple):
    """One row with its number, from 1. Absent and empty values are left out."""

    number: int
    fields: Mapping[str, Any]


class _Values(ReportedAmounts):
    """Validated values of a row."""

    click_id: str


def parse_row(fields: Mapping[str, Any]) -> ReportedConversion:
    """Return the report of a row; raise `ValidationFailed` with every error."""
    values = validate(_Values, fields)
    return report_of(values.click_id, values)


def numbered(documents: Sequence[Mapping[str, Any]]) -> list[ImportRow]:
    """Return the rows of a file with their numbers, without absent values."""
    return [
        ImportRow(number, {name: value for name, value in document.items() if not _is_absent(value)})
        for number, document in enumerate(documents, 1)
    ]


def _is_absent(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return value is None or (isinstance(value, str) and is_absent(value))


def chunks(rows: Sequence[ImportRow], size: int = ROWS_PER_CHUNK) -> list[list[ImportRow]]:
    """Return the rows in chunks of at least `size` rows, except for the last one.

    All rows of a click are neighbours in one chunk and keep their order, so that chunks do not depend on each other.
    """
    by_click: dict[str, list[ImportRow]] = {}
    for row in rows:
        by_click.setdefault(str(row.fields.get("click_id", "")).strip(), []).append(row)
    result: list[list[ImportRow]] = [[]]
    for group in by_click.values():
        if len(result[-1]) >= size:
            result.append([])
        result[-1] += group
    return result


class NamedStatuses:
    """The statuses that the rows of a chunk name for each conversion.

    A file that named two for one conversion would change it again whenever it is imported again.
    """

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, ConversionStatus]] = {}

    def contradiction(self, conversion_id: str, status: ConversionStatus | None, number: int) -> str | None:
        """Return the error of a row whose status is not that of an earlier row; None if there is none."""
        if status is None:
            return None
        row, first = self._first.setdefault(conversion_id, (number, status))
        return None if first is status else f"Row {row} names the status {first} for the same conversion."
