"""Endpoint for the publisher's conversions."""

from chalicelib.http.models import Page
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.publisher.conversions.schemas import OwnConversionsQuery
from chalicelib.reporting.lists.conversion_list import list_conversions
from chalicelib.reporting.lists.conversion_search import create_search
from chalicelib.reporting.lists.schemas import OwnConversionDocument


def find(request: Request, query: OwnConversionsQuery) -> Page[OwnConversionDocument] | TextResponse:
    """List your conversions, newest arrival first, as JSON or CSV."""
    filters = {**query.filters, "publisher_id": (request.owner,)}
    search = create_search(query, filters, request.now)
    return list_conversions(request, search, query, OwnConversionDocument)
