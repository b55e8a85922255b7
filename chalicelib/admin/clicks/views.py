"""Endpoints for admins: recorded clicks."""

from chalicelib.admin.clicks.schemas import ClickDocument, ClickQuery
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.reporting.lists import click_queries
from chalicelib.reporting.lists.click_list import click_document_or_404, list_clicks
from chalicelib.reporting.lists.click_search import create_search
from chalicelib.reporting.lists.schemas import ClickPage


def find(request: Request, query: ClickQuery) -> ClickPage[ClickDocument] | TextResponse:
    """List the recorded clicks, newest first, as JSON or CSV."""
    return list_clicks(request, create_search(query, query.filters, request.now), query, ClickDocument)


def show(request: Request, click_id: str) -> ClickDocument:
    """Show a click and explain its decision."""
    return click_document_or_404(request, click_queries.get_click_or_404(click_id), ClickDocument)
