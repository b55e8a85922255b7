"""The list of a search for clicks: a page of documents, or a CSV file."""

from collections.abc import Collection
from typing import Any, TypeVar

from chalicelib.domain.timestamps import timestamp
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
    page = fitting_page(click_documents(request, rows, model), list(map(_cursor, rows)), cursor)
    kept = timestamp(kept_from(request.now))
    return ClickPage(items=page.items, next_cursor=page.next_cursor, clicks_kept_from=kept)


def _file(request: Request, search: ClickSearch, cursor: str | None, model: type[Document]) -> TextResponse:
    def documents(rows: list[ClickRow]) -> list[dict[str, Any]]:
        return [flat_click(item.model_dump(mode="json")) for item in click_documents(request, rows, model)]

    reader = ListReader(lambda after: find_clicks(search.after(after), PAGE_ROWS), documents, _cursor)
    return csv_file(request, FileName("clicks", search.since, search.until), click_columns(model), reader, cursor)


def _cursor(row: ClickRow) -> str:
    click_id: str = row.click_id
    return click_id


def click_documents(request: Request, rows: Collection[ClickRow], model: type[Document]) -> list[Document]:
    """Return the document of each click; routes, names and terms are read once for all of them."""
    routes, references = route_history.past_routes_of(rows), read_click_references(rows, request.link_url)
    documents = (
        click_document(route_history.stored_click(row), *routes[route_history.version_of(row)], references)
        for row in rows
    )
    return [model(**document) for document in documents]
