"""Stored imports: one item for each chunk of rows, which later holds their results instead."""

import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib import settings, sqs
from chalicelib.conversions.imports.message import ImportMessage, encode
from chalicelib.conversions.imports.rows import ImportRow, chunks
from chalicelib.conversions.receipt import Receipt
from chalicelib.domain.timestamps import expiry_time, milliseconds
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.conversions import ConversionImportRow

_DELAY_SECONDS = 2
"""Delay of a message: its import is usually stored by then."""


def create(request: Request, import_id: str, rows: Sequence[ImportRow], response: ResponseModel) -> None:
    """Store the import with its audit entry, and queue its chunks.

    The chunks are queued first, so that no stored import is forgotten. Messages of one that is not stored are dropped.
    """
    change = AuditChange(import_id, None, {"rows": len(rows)})
    parts = chunks(rows)
    with transaction(request, response, change) as write:
        for number, part in enumerate(parts):
            write.save(_new_chunk(request, ConversionImportRow(import_id, number), part))
        for number in range(len(parts)):
            queue(ImportMessage(import_id, number, int(request.now.timestamp())))


def _new_chunk(request: Request, row: ConversionImportRow, part: Sequence[ImportRow]) -> ConversionImportRow:
    row.actor, row.created_at = request.actor, milliseconds(request.now)
    row.row_count, row.rows = len(part), _encode(part)
    row.expires_at = expiry_time(request.now, settings.IMPORT_RETENTION_DAYS)
    return row


def queue(message: ImportMessage) -> None:
    """Send the message to the queue. Raise botocore's errors if it was not sent; sending it again does no harm."""
    sqs.send(settings.imports_queue(), encode(message), delay_seconds=_DELAY_SECONDS)


def find_chunk(message: ImportMessage) -> ConversionImportRow | None:
    """Return the chunk of the message, or None if its import is not stored."""
    return get_or_none(ConversionImportRow, message.import_id, message.chunk)


def find_chunks(import_id: str) -> list[ConversionImportRow]:
    """Return all chunks of the import in order, without their rows; none if there is no such import."""
    names = sorted(ConversionImportRow.get_attributes().keys() - {"rows"})
    return list(ConversionImportRow.query(import_id, consistent_read=True, attributes_to_get=names))


def rows_of(chunk: ConversionImportRow) -> list[ImportRow]:
    """Return the rows of a chunk that is not finished."""
    return [ImportRow(number, fields) for number, fields in _decode(chunk.rows)]


def results_of(chunk: ConversionImportRow) -> list[tuple[int, Receipt]]:
    """Return the results of the chunk by row number; none if it is not finished."""
    stored = _decode(chunk.results) if chunk.results else []
    return [(number, Receipt.model_validate(receipt)) for number, receipt in stored]


def start(chunk: ConversionImportRow, now: datetime) -> None:
    """Store that the chunk is being processed."""
    chunk.update([ConversionImportRow.started_at.set(milliseconds(now))])


def finish(chunk: ConversionImportRow, results: Sequence[tuple[int, Receipt]], now: datetime) -> None:
    """Store the results of the chunk once, in place of its rows."""
    encoded = _encode([(number, receipt.model_dump(mode="json")) for number, receipt in results])
    actions: list[Action] = [
        ConversionImportRow.results.set(encoded),
        ConversionImportRow.rows.remove(),
        ConversionImportRow.finished_at.set(milliseconds(now)),
    ]
    try:
        chunk.update(actions, ConversionImportRow.results.does_not_exist())
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def _encode(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _decode(stored: bytes) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(zlib.decompress(stored))
