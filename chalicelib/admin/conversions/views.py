"""Endpoints for admins: list conversions, approve or reject one or many."""

from chalicelib.admin.conversions import decisions
from chalicelib.admin.conversions.schemas import (
    ConversionDecision,
    ConversionDecisions,
    ConversionsQuery,
    DecisionResultsDocument,
)
from chalicelib.http.models import Page, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.http.view import TextResponse
from chalicelib.reporting.lists import conversion_queries
from chalicelib.reporting.lists.conversion_list import conversion_documents, list_conversions
from chalicelib.reporting.lists.conversion_search import create_search
from chalicelib.reporting.lists.schemas import ConversionDocument
from chalicelib.tables.conversions import ConversionRow


def find(request: Request, query: ConversionsQuery) -> Page[ConversionDocument] | TextResponse:
    """List conversions, newest arrival first, as JSON or CSV."""
    search = create_search(query, query.filters, request.now)
    return list_conversions(request, search, query, ConversionDocument)


def decide(request: Request, conversion_id: str, body: Patch[ConversionDecision]) -> ConversionDocument:
    """Approve or reject a conversion. Reports and caps are updated."""
    row = conversion_queries.get_conversion_or_404(conversion_id)
    check_if_match(request, row.revision)
    decisions.decide(request, row, body.apply_to({"status": row.status, "reason": row.reason}))
    return _document(row)


def decide_many(request: Request, body: ConversionDecisions) -> DecisionResultsDocument:
    """Approve or reject up to 100 conversions, with one result each."""
    decision = ConversionDecision(status=body.status, reason=body.reason)
    return DecisionResultsDocument(results=decisions.decide_all(request, body.ids, decision))


def _document(row: ConversionRow) -> ConversionDocument:
    (document,) = conversion_documents([row])
    return ConversionDocument(**document)
