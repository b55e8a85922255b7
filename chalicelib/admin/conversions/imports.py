"""Endpoints for admins: import conversions, and follow an import."""

from collections import Counter
from collections.abc import Sequence

from chalicelib.admin.conversions.import_schemas import (
    ConversionImport,
    ImportDocument,
    ImportProgressDocument,
    ImportResultDocument,
    ImportResultsQuery,
    ImportState,
)
from chalicelib.conversions.imports import storage
from chalicelib.conversions.imports.rows import numbered
from chalicelib.conversions.receipt import ReceiptResult
from chalicelib.domain.timestamps import stored_timestamp
from chalicelib.http.pagination import PagedQuery, fetch_page
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.tables.conversions import ConversionImportRow


def create(request: Request, body: ConversionImport) -> ImportDocument:
    """Import up to 5,000 conversions from JSON or CSV. They are recorded in the background."""
    rows = numbered([row.model_dump() for row in body.rows])
    document = ImportDocument(id=request.new_id("imp"), state=ImportState.QUEUED, rows=len(rows))
    storage.create(request, document.id, rows, document)
    return document


def show(request: Request, import_id: str, query: ImportResultsQuery) -> ImportProgressDocument:  # noqa: ARG001 - every view takes the request
    """Get the state of an import, with one result for each processed row."""
    chunks = storage.find_chunks(import_id)
    if not chunks:
        message = f"There is no import {import_id}."
        raise NotFound(message)
    results = _results(chunks)
    page, cursor = fetch_page(_listing(import_id, results), query)
    counted, state = Counter(each.result for each in results), _state(chunks)
    return ImportProgressDocument(
        id=import_id,
        state=state,
        rows=sum(chunk.row_count for chunk in chunks),
        processed=len(results),
        recorded=counted[ReceiptResult.RECORDED],
        changed=counted[ReceiptResult.CHANGED],
        duplicates=counted[ReceiptResult.DUPLICATE],
        refused=counted[ReceiptResult.REFUSED],
        created_at=stored_timestamp(chunks[0].created_at),
        finished_at=stored_timestamp(max(chunk.finished_at for chunk in chunks)) if state is ImportState.DONE else None,
        results=page,
        next_cursor=cursor,
    )


def _results(chunks: Sequence[ConversionImportRow]) -> list[ImportResultDocument]:
    """Return the results of the finished chunks in the order of the file."""
    found = dict(result for chunk in chunks for result in storage.results_of(chunk))
    return [ImportResultDocument(row=number, **dict(receipt)) for number, receipt in sorted(found.items())]


def _listing(import_id: str, results: Sequence[ImportResultDocument]) -> PagedQuery:
    def after(_: str, position: str | None, limit: int) -> list[ImportResultDocument]:
        return [each for each in results if position is None or _position(each) > position][:limit]

    return PagedQuery("import", [import_id], after, _position)


def _position(result: ImportResultDocument) -> str:
    return f"{result.row:05d}"


def _state(chunks: Sequence[ConversionImportRow]) -> ImportState:
    if all(chunk.finished_at for chunk in chunks):
        return ImportState.DONE
    return ImportState.RUNNING if any(chunk.started_at for chunk in chunks) else ImportState.QUEUED
