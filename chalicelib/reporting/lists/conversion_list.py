"""The list of a search for conversions: a page of documents, or a CSV file."""

from collections.abc import Collection
from typing import Any, TypeVar

from chalicelib.http.models import Page
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting.lists.conversion_document import COLUMNS, conversion_document
from chalicelib.reporting.lists.conversion_queries import find_conversions
from chalicelib.reporting.lists.conversion_search import ConversionSearch, cursor_of
from chalicelib.reporting.lists.csv_file import PAGE_ROWS, FileName, ListReader, csv_file
from chalicelib.reporting.lists.names import read_names
from chalicelib.reporting.lists.page import fitting_page
from chalicelib.reporting.lists.schemas import ConversionListQuery, OwnConversionDocument
from chalicelib.tables.conversions import ConversionRow

Document = TypeVar("Document", bound=OwnConversionDocument)


def list_conversions(
    request: Request, search: ConversionSearch, query: ConversionListQuery, model: type[Document]
) -> Page[Document] | TextResponse:
    """Return the answer to the query: the documents of a page, or a CSV file."""
    if query.format == "csv":
        return _file(request, search, query.cursor, model)
    rows, cursor = find_conversions(search.after(query.cursor), query.limit)
    items = [model(**document) for document in conversion_documents(rows)]
    return fitting_page(items, list(map(_cursor, rows)), cursor)


def conversion_documents(rows: Collection[ConversionRow]) -> list[dict[str, Any]]:
    """Return the documents of conversions, as admins see them."""
    names = read_names(rows)
    return [conversion_document(row.attribute_values, names) for row in rows]


def _file(request: Request, search: ConversionSearch, cursor: str | None, model: type[Document]) -> TextResponse:
    reader = ListReader(
        lambda after: find_conversions(search.after(after), PAGE_ROWS),
        conversion_documents,
        _cursor,
    )
    columns = [name for name in COLUMNS if name in model.model_fields]
    return csv_file(request, FileName("conversions", search.since, search.until), columns, reader, cursor)


def _cursor(row: ConversionRow) -> str:
    return cursor_of(row.moment)
