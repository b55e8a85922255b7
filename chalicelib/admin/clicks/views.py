"""The admin's calls about clicks."""

from itertools import accumulate

from chalicelib.admin.clicks import queries
from chalicelib.admin.clicks.schemas import ClickDocument, ClickQuery
from chalicelib.domain.route import Route
from chalicelib.http.models import Page
from chalicelib.http.pagination import PAGE_BYTES
from chalicelib.http.request import Request
from chalicelib.routing import click_record, route_history
from chalicelib.tables.clicks import ClickRow


def find(request: Request, query: ClickQuery) -> Page[ClickDocument]:
    """List the recorded clicks, newest first."""
    rows, cursor = queries.clicks(queries.search(request, query), query.limit)
    routes = route_history.routes_of(rows)
    items = [_document(row, routes[route_history.version_of(row)]) for row in rows]
    shown = items[: _fitting(items)]
    return Page(items=shown, next_cursor=cursor if len(shown) == len(items) else shown[-1].click_id)


def show(request: Request, click_id: str) -> ClickDocument:  # noqa: ARG001 - every view takes the request
    """Show one click, where it went and why."""
    row = queries.click(click_id)
    return _document(row, route_history.route_of(row))


def _document(row: ClickRow, route: Route) -> ClickDocument:
    return ClickDocument(**click_record.document(route_history.fields(row), route))


def _fitting(items: list[ClickDocument]) -> int:
    """How many of the first clicks make a page: at least one, whatever its size."""
    totals = accumulate(len(item.model_dump_json()) for item in items)
    return max(1, sum(total <= PAGE_BYTES for total in totals))
