"""The admin's calls about conversions."""

from datetime import UTC, datetime

from chalicelib.admin.conversions import queries
from chalicelib.admin.conversions.schemas import ConversionDecision, ConversionDocument, ConversionsQuery
from chalicelib.conversions import recording
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import Page, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.tables.conversions import ConversionRow


def find(request: Request, query: ConversionsQuery) -> Page[ConversionDocument]:
    """List conversions, the last to arrive first."""
    rows, cursor = queries.conversions(query, request.now)
    return Page(items=[_document(row) for row in rows], next_cursor=cursor)


def decide(request: Request, conversion_id: str, body: Patch[ConversionDecision]) -> ConversionDocument:
    """Approve or reject a conversion; with its status all its figures and caps move."""
    row = queries.conversion(conversion_id)
    check_if_match(request, row.revision)
    before = {"status": row.status, "reason": row.reason}
    decision = body.apply_to(before)
    after = decision.model_dump(mode="json")
    if after != before:
        recording.set_status(request, row, decision.status, decision.reason, AuditChange(row.id, before, after))
    return _document(row)


def _document(row: ConversionRow) -> ConversionDocument:
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
