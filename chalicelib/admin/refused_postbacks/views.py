"""Endpoint for admins: list refused postbacks."""

from chalicelib.admin.refused_postbacks import queries
from chalicelib.admin.refused_postbacks.schemas import RefusedPostbackDocument, RefusedPostbackQuery
from chalicelib.domain.timestamps import stored_timestamp
from chalicelib.http.models import Page
from chalicelib.http.request import Request
from chalicelib.tables.refused_postbacks import RefusedPostbackRow


def find(request: Request, query: RefusedPostbackQuery) -> Page[RefusedPostbackDocument]:
    """List refused postbacks, newest first."""
    rows, cursor = queries.list_refused(query, request.now)
    return Page(items=[_document(row) for row in rows], next_cursor=cursor)


def _document(row: RefusedPostbackRow) -> RefusedPostbackDocument:
    names = ("id", "campaign_id", "click_id", "reason", "detail", "address")
    return RefusedPostbackDocument(
        **{name: getattr(row, name) for name in names},
        at=stored_timestamp(row.at),
        query=row.sent_query,
        omitted=row.omitted or 0,
    )
