"""Endpoints for admins: list conversions, approve or reject one or many."""

from datetime import UTC, datetime

from chalicelib.admin.conversions import decisions, queries
from chalicelib.admin.conversions.schemas import (
    ConversionDecision,
    ConversionDecisions,
    ConversionDocument,
    ConversionsQuery,
    DecisionResultsDocument,
)
from chalicelib.domain.ids import smartlink_id_of
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.models import Page, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.tables.conversions import ConversionRow


def find(request: Request, query: ConversionsQuery) -> Page[ConversionDocument]:
    """List conversions, newest arrival first."""
    rows, cursor = queries.list_conversions(query, request.now)
    return Page(items=[_document(row) for row in rows], next_cursor=cursor)


def decide(request: Request, conversion_id: str, body: Patch[ConversionDecision]) -> ConversionDocument:
    """Approve or reject a conversion. Reports and caps are updated."""
    row = queries.get_conversion_or_404(conversion_id)
    check_if_match(request, row.revision)
    decisions.decide(request, row, body.apply_to({"status": row.status, "reason": row.reason}))
    return _document(row)


def decide_many(request: Request, body: ConversionDecisions) -> DecisionResultsDocument:
    """Approve or reject up to 100 conversions, with one result each."""
    decision = ConversionDecision(status=body.status, reason=body.reason)
    return DecisionResultsDocument(results=decisions.decide_all(request, body.ids, decision))


def _document(row: ConversionRow) -> ConversionDocument:
    names = ("id", "click_id", "txid", "event", "status", "reason", "campaign_id", "publisher_id")
    return ConversionDocument(
        **{name: getattr(row, name) for name in (*names, "payout", "revenue", "currency")},
        at=_time(row.at),
        click_at=_time(row.click_at),
        smartlink_id=smartlink_id_of(row.route_id),
        version=row.revision,
    )


def _time(milliseconds: int) -> str:
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))
