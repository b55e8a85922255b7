"""Recorder of imported rows: each once, with a receipt that stays what it was."""

import logging
from datetime import datetime

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import DoesNotExist, PynamoDBException

from chalicelib.conversions.imports.receipts import find_receipt, keep_receipt, receipt_key
from chalicelib.conversions.imports.rows import ImportRow, NamedStatuses, parse_row
from chalicelib.conversions.receipt import Receipt, ReceiptResult, receipt_of
from chalicelib.conversions.recording import ConversionSource, get_source_or_404, record_conversion
from chalicelib.domain.conversion import Reporter
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.background import background_request
from chalicelib.http.problems import Conflict, Problem, Unavailable, ValidationFailed
from chalicelib.http.request import IdempotencyKey, Request

MAX_ERROR = 300
"""Maximum length of an error in characters: the answer holds thousands."""

_ENDPOINT = next(endpoint for endpoint in ENDPOINTS if endpoint.operation_id == "importConversions")
_log = logging.getLogger("smartlink")


class Recorder:
    """Records the rows of one chunk, in their order, in the name of the user who posted the import."""

    def __init__(self, import_id: str, actor: str) -> None:
        self._import_id = import_id
        self._actor = actor
        self._statuses = NamedStatuses()
        self._source: ConversionSource | None = None

    def record(self, row: ImportRow, now: datetime) -> Receipt:
        """Record the row and return its receipt, or the one of an earlier time.

        Raise the errors of AWS, and `Unavailable` if other requests keep changing the same rows: try again later.
        """
        key = receipt_key(self._import_id, row.number)
        request = background_request(now, _ENDPOINT, self._actor, key)
        try:
            return self._record(request, key, row)
        except Problem as problem:
            return _after_problem(request, key, problem)
        except Exception as error:
            if isinstance(error, PynamoDBException | BotoCoreError) and not isinstance(error, DoesNotExist):
                raise
            _log.exception("row %s failed", key.key)
            return keep_receipt(request, _refused("Internal error. It was logged."))

    def _record(self, request: Request, key: IdempotencyKey, row: ImportRow) -> Receipt:
        report = parse_row(row.fields)
        source = self._source_of(report.click_id)
        conversion_id = report.conversion_id(source.goal_of(report.event))
        contradiction = self._statuses.contradiction(conversion_id, report.status, row.number)
        if kept := find_receipt(key):
            return kept
        if contradiction:
            raise Conflict(contradiction)
        found = record_conversion(request, source, report, Reporter.IMPORT).row
        # A row that changed something has stored its receipt by now.
        return find_receipt(key) or keep_receipt(request, receipt_of(ReceiptResult.DUPLICATE, found.id, found.status))

    def _source_of(self, click_id: str) -> ConversionSource:
        """Return the source of the click. Rows of one click are neighbours, so only the last one is cached."""
        if self._source is None or self._source.click.click_id != click_id:
            self._source = get_source_or_404(click_id)
        return self._source


def _after_problem(request: Request, key: IdempotencyKey, problem: Problem) -> Receipt:
    if not isinstance(problem, Unavailable):
        return keep_receipt(request, _refused(_text(problem)))
    # If the message was received twice at a time, the row may have been recorded meanwhile.
    kept = find_receipt(key)
    if kept is None:
        raise problem
    return kept


def _refused(error: str) -> Receipt:
    return Receipt(result=ReceiptResult.REFUSED, error=error[:MAX_ERROR])


def _text(problem: Problem) -> str:
    """Return the problem of a row. Its pointers are the names of columns."""
    if not isinstance(problem, ValidationFailed):
        return problem.detail
    return "; ".join(f"{pointer.removeprefix('/')} {detail}" for pointer, detail in problem.errors)
