"""The list of a search for clicks: a page of documents, or a CSV file."""

from collections.abc import Iterable
from typing import TypeVar

from chalicelib.http.models import Page
from chalicelib.http.pagination import page_length
from chalicelib.http.view import TextResponse
from chalicelib.reporting.click_schemas import ClickFacts
from chalicelib.reporting.lists.click_columns import click_columns, flat_click
from chalicelib.reporting.lists.click_queries import ClickSearch, find_clicks
from chalicelib.reporting.lists.csv_file import PAGE_ROWS, FileName, csv_response, read_all
from chalicelib.reporting.lists.schemas import ClickListQuery
from chalicelib.routing import route_history
from chalicelib.routing.click_document import click_document
from chalicelib.tables.clicks import ClickRow

Document = TypeVar("Document", bound=ClickFacts)


def list_clicks(search: ClickSearch, query: ClickListQuery, model: type[Document]) -> Page[Document] | TextResponse:
    """Return the answer to the query: the documents of a page, or of the whole range as CSV."""
    if query.format == "csv":
        return _file(search, query.cursor, model)
    rows, cursor = find_clicks(search.after(query.cursor), query.limit)
    items = _documents(rows, model)
    page = items[: page_length(len(item.model_dump_json()) for item in items)]
    return Page(items=page, next_cursor=cursor if len(page) == len(items) else page[-1].click_id)


def _file(search: ClickSearch, cursor: str | None, model: type[Document]) -> TextResponse:
    rows = read_all(lambda after: find_clicks(search.after(after), PAGE_ROWS), cursor)
    documents = (flat_click(item.model_dump(mode="json")) for item in _documents(rows, model))
    return csv_response(FileName("clicks", search.since, search.until), click_columns(model), documents)


def _documents(rows: Iterable[ClickRow], model: type[Document]) -> list[Document]:
    routes = route_history.routes_of(rows)
    return [
        model(**click_document(route_history.stored_click(row), routes[route_history.version_of(row)])) for row in rows
    ]
