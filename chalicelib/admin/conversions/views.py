"""The admin's calls about conversions."""

from datetime import UTC, datetime

from chalicelib.admin.conversions import queries
from chalicelib.admin.conversions.schemas import ConversionDecision, ConversionDocument, ConversionsQuery
from chalicelib.conversions import recording
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.audit_change import Change
from chalicelib.http.models import Page, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import checked_version
from chalicelib.tables.conversions import Conversion


def find(request: Request, query: ConversionsQuery) -> Page[ConversionDocument]:
    """List conversions, the last to arrive first."""
    rows, cursor = queries.conversions(query, request.now)
    return Page(items=[_document(row) for row in rows], next_cursor=cursor)


def decide(request: Request, conversion_id: str, body: Patch[ConversionDecision]) -> ConversionDocument:
    """Approve or reject a conversion; with its status all its figures and caps move."""
    row = queries.conversion(conversion_id)
    checked_version(request, row.revision)
    before = {"status": row.status, "reason": row.reason}
    decision = body.onto(before)
    after = decision.model_dump(mode="json")
    if after != before:
        recording.decide(request, row, decision.status, decision.reason, Change(row.id, before, after))
    return _document(row)


def _document(row: Conversion) -> ConversionDocument:
    plain = ("id", "click_id", "txid", "event", "status", "reason", "campaign_id", "publisher_id")
    return ConversionDocument(
        **{name: getattr(row, name) for name in (*plain, "payout", "revenue", "currency")},
        at=_time(row.at),
        click_at=_time(row.click_at),
        smartlink_id=row.route_id if row.route_id.startswith("sml_") else None,
        version=row.revision,
    )


def _time(milliseconds: int) -> str:
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))
