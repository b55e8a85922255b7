"""Endpoints for admins: recorded clicks."""

from chalicelib.admin.clicks.schemas import ClickDocument, ClickQuery
from chalicelib.http.models import Page
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting.lists import click_queries
from chalicelib.reporting.lists.click_list import list_clicks
from chalicelib.routing import route_history
from chalicelib.routing.click_document import click_document


def find(request: Request, query: ClickQuery) -> Page[ClickDocument] | TextResponse:
    """List the recorded clicks, newest first, as JSON or CSV."""
    return list_clicks(click_queries.create_search(request, query, query.filters), query, ClickDocument)


def show(request: Request, click_id: str) -> ClickDocument:  # noqa: ARG001 - every view takes the request
    """Show a click and explain its decision."""
    row = click_queries.get_click_or_404(click_id)
    return ClickDocument(**click_document(route_history.stored_click(row), route_history.route_of(row)))
