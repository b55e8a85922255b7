"""Endpoints for the publisher's clicks."""

from chalicelib.http.models import Page
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.publisher.clicks.schemas import OwnClickDocument, OwnClicksQuery
from chalicelib.reporting.lists import click_queries
from chalicelib.reporting.lists.click_list import list_clicks
from chalicelib.routing import route_history
from chalicelib.routing.click_document import click_document
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow


def _get_own_or_404(publisher_id: str, click_id: str) -> ClickRow:
    """Return the publisher's click; raise `NotFound` if it does not exist or belongs to another publisher."""
    row = get_or_none(ClickRow, click_id)
    if row is None or row.publisher_id != publisher_id:
        message = f"There is no click {click_id}."
        raise NotFound(message)
    return row


def find(request: Request, query: OwnClicksQuery) -> Page[OwnClickDocument] | TextResponse:
    """List your clicks, newest first, as JSON or CSV."""
    filters = {**query.filters, "publisher_id": request.owner}
    return list_clicks(click_queries.create_search(request, query, filters), query, OwnClickDocument)


def show(request: Request, click_id: str) -> OwnClickDocument:
    """Show one of your clicks and explain its routing."""
    row = _get_own_or_404(request.owner, click_id)
    route = route_history.past_route(row.route_id, row.route_version)
    return OwnClickDocument(**click_document(route_history.stored_click(row), route))
