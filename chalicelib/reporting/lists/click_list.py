"""The list of a search for clicks: a page of documents, or a CSV file."""

from collections.abc import Collection
from typing import TypeVar

from chalicelib.domain.timestamps import timestamp
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting.click_schemas import ClickFacts
from chalicelib.reporting.lists.click_columns import click_columns, flat_click
from chalicelib.reporting.lists.click_queries import find_clicks
from chalicelib.reporting.lists.click_search import ClickSearch, kept_from
from chalicelib.reporting.lists.csv_file import PAGE_ROWS, FileName, ListReader, csv_file
from chalicelib.reporting.lists.names import read_click_references
from chalicelib.reporting.lists.page import fitting_page
from chalicelib.reporting.lists.schemas import ClickListQuery, ClickPage
from chalicelib.routing import route_history
from chalicelib.routing.click_document import click_document
from chalicelib.tables.clicks import ClickRow

Document = TypeVar("Document", bound=ClickFacts)


def list_clicks(
    request: Request, search: ClickSearch, query: ClickListQuery, model: type[Document]
) -> ClickPage[Document] | TextResponse:
    """Return the answer to the query: the documents of a page, or a CSV file."""
    if query.format == "csv":
        return _file(request, search, query.cursor, model)
    rows, cursor = find_clicks(search.after(query.cursor), query.limit)
    documents = click_documents(request, rows, model)
    page = fitting_page(documents, list(map(_cursor, documents)), cursor)
    kept = timestamp(kept_from(request.now))
    return ClickPage(items=page.items, next_cursor=page.next_cursor, clicks_kept_from=kept)


def _file(request: Request, search: ClickSearch, cursor: str | None, model: type[Document]) -> TextResponse:
    def page(after: str | None) -> tuple[list[Document], str | None]:
        rows, following = find_clicks(search.after(after), PAGE_ROWS)
        return click_documents(request, rows, model), following

    reader = ListReader(page, lambda items: [flat_click(item.model_dump(mode="json")) for item in items], _cursor)
    return csv_file(request, FileName("clicks", search.since, search.until), click_columns(model), reader, cursor)


def _cursor(document: ClickFacts) -> str:
    return str(document.click_id)


def click_document_or_404(request: Request, row: ClickRow, model: type[Document]) -> Document:
    """Return the document of a click; raise `NotFound` if the version of its route has expired."""
    for document in click_documents(request, [row], model):
        return document
    message = f"There is no click {row.click_id}."
    raise NotFound(message)


def click_documents(request: Request, rows: Collection[ClickRow], model: type[Document]) -> list[Document]:
    """Return the document of each click; routes, names and terms are read once for all of them.

    A click has none if the version of its route has expired. It has expired too, and is about to be deleted.
    """
    routes, references = route_history.past_routes_of(rows), read_click_references(rows, request.link_url)
    documents = (
        click_document(route_history.stored_click(row), *routes[route_history.version_of(row)], references)
        for row in rows
        if route_history.version_of(row) in routes
    )
    return [model(**document) for document in documents]
