"""Request and response models of imports of conversions."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from chalicelib.conversions.imports import csv_file
from chalicelib.conversions.imports.rows import MAX_ROWS
from chalicelib.conversions.receipt import Receipt
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, RequestModel, ResponseModel

_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_STATUSES = {"anyOf": [{"type": "string", "enum": [status.value for status in ConversionStatus]}, {"type": "null"}]}

_Value = Annotated[Any, Field(json_schema_extra=_TEXT)]


class ImportedConversion(RequestModel):
    """One row. Its values are checked when it is recorded: one that is not valid is refused, and the others go on."""

    click_id: _Value = None
    txid: _Value = None
    event: _Value = None
    amount: _Value = None
    payout: _Value = None
    revenue: _Value = None
    status: Annotated[Any, Field(json_schema_extra=_STATUSES)] = None


class ConversionImport(RequestModel):
    """Conversions to record, as JSON or as CSV with a header of the same names.

    Generated clients send the file as `application/octet-stream`: they know no other type of a file.
    """

    READERS: ClassVar[Mapping[str, Callable[[str], dict[str, Any]]]] = {
        csv_file.MEDIA: csv_file.parse_csv,
        "application/octet-stream": csv_file.parse_csv,
    }

    rows: Annotated[list[ImportedConversion], Field(min_length=1, max_length=MAX_ROWS)]


class ImportResultsQuery(ListQuery):
    """Page of the results. By default one page holds all."""

    limit: int = Field(MAX_ROWS, ge=1, le=MAX_ROWS)


class ImportState(StrEnum):
    """State of an import."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class ImportDocument(ResponseModel):
    """An import that was accepted. Its rows are recorded in the background."""

    id: str
    state: ImportState
    rows: int


class ImportResultDocument(Receipt):
    """What one row did. Rows are counted from 1, without header and blank lines."""

    row: int


class ImportProgressDocument(ImportDocument):
    """An import with the number of rows by result, and the results of the processed rows in the order of the file."""

    processed: int
    recorded: int
    changed: int
    duplicates: int
    refused: int
    created_at: Timestamp
    finished_at: Timestamp | None
    results: list[ImportResultDocument]
    next_cursor: str | None
