"""Endpoints for the publisher's clicks."""

from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.publisher.clicks.schemas import OwnClickDocument, OwnClicksQuery
from chalicelib.reporting.lists.click_list import click_document_or_404, list_clicks
from chalicelib.reporting.lists.click_search import create_search
from chalicelib.reporting.lists.schemas import ClickPage
from chalicelib.tables.base import get_or_none
from chalicelib.tables.clicks import ClickRow


def _get_own_or_404(publisher_id: str, click_id: str) -> ClickRow:
    """Return the publisher's click; raise `NotFound` if it does not exist or belongs to another publisher."""
    row = get_or_none(ClickRow, click_id)
    if row is None or row.publisher_id != publisher_id:
        message = f"There is no click {click_id}."
        raise NotFound(message)
    return row


def find(request: Request, query: OwnClicksQuery) -> ClickPage[OwnClickDocument] | TextResponse:
    """List your clicks, newest first, as JSON or CSV."""
    filters = {**query.filters, "publisher_id": (request.owner,)}
    return list_clicks(request, create_search(query, filters, request.now), query, OwnClickDocument)


def show(request: Request, click_id: str) -> OwnClickDocument:
    """Show one of your clicks and explain its routing."""
    return click_document_or_404(request, _get_own_or_404(request.owner, click_id), OwnClickDocument)
