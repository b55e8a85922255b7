"""The admin's call about the audit log."""

from chalicelib.admin.audit import store
from chalicelib.admin.audit.schema import AuditDocument, AuditQuery
from chalicelib.http.models import Page
from chalicelib.http.request import Request


def find(request: Request, query: AuditQuery) -> Page[AuditDocument]:
    """List the changes that admins made, newest first."""
    rows, cursor = store.changes(request, query)
    names = AuditDocument.model_fields
    items = [AuditDocument(**{name: getattr(row, name) for name in names}) for row in rows]
    return Page(items=items, next_cursor=cursor)
