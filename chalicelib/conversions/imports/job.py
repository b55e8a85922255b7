"""The import job: processes one chunk, once, however often its message is received."""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.conversions.imports import storage
from chalicelib.conversions.imports.message import ImportMessage, decode
from chalicelib.conversions.imports.recorder import Recorder
from chalicelib.tables.conversions import ConversionImportRow

Clock = Callable[[], datetime]

_TIME_LIMIT = timedelta(seconds=40)
"""After this time a message queues the rest of its chunk: the Lambda stops after 60 s."""


def process_message(body: str, clock: Clock) -> None:
    """Process the chunk of a message; if it takes too long, queue the message again for the rest.

    Raise the errors of AWS: the message is received again and goes on where it stopped.
    """
    message, started_at = decode(body), clock()
    chunk = storage.find_chunk(message)
    if chunk is None:
        _wait(message, started_at)
    elif chunk.results is None:
        storage.start(chunk, started_at)
        if not _process(chunk, started_at, clock):
            storage.queue(message)


def _wait(message: ImportMessage, now: datetime) -> None:
    """Queue the message again if its import may still be stored; drop it if the request must have failed."""
    if not message.is_abandoned(now):
        storage.queue(message)


def _process(chunk: ConversionImportRow, started_at: datetime, clock: Clock) -> bool:
    """Record the rows and store their results; return False if there was no time for all of them."""
    recorder, results = Recorder(chunk.import_id, chunk.actor), []
    for row in storage.rows_of(chunk):
        now = clock()
        if now - started_at > _TIME_LIMIT:
            return False
        results.append((row.number, recorder.record(row, now)))
    storage.finish(chunk, results, clock())
    return True
