"""Endpoints for admins: recorded clicks."""

from chalicelib.admin.clicks import queries
from chalicelib.admin.clicks.schemas import ClickDocument, ClickQuery
from chalicelib.domain.route import Route
from chalicelib.http.models import Page
from chalicelib.http.pagination import page_length
from chalicelib.http.request import Request
from chalicelib.routing import route_history
from chalicelib.routing.click_document import click_document
from chalicelib.tables.clicks import ClickRow


def find(request: Request, query: ClickQuery) -> Page[ClickDocument]:
    """List the recorded clicks, newest first."""
    rows, cursor = queries.find_clicks(queries.create_search(request, query), query.limit)
    routes = route_history.routes_of(rows)
    items = [_document(row, routes[route_history.version_of(row)]) for row in rows]
    page = items[: page_length(len(item.model_dump_json()) for item in items)]
    return Page(items=page, next_cursor=cursor if len(page) == len(items) else page[-1].click_id)


def show(request: Request, click_id: str) -> ClickDocument:  # noqa: ARG001 - every view takes the request
    """Show a click and explain its decision."""
    row = queries.get_click_or_404(click_id)
    return _document(row, route_history.route_of(row))


def _document(row: ClickRow, route: Route) -> ClickDocument:
    return ClickDocument(**click_document(route_history.stored_click(row), route))
