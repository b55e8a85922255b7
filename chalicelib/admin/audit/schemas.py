"""The documents of the audit log."""

from typing import Annotated, Any

from pydantic import Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, ResponseModel


class AuditQuery(ListQuery):
    """Which changes: all, or those of one thing, by its ID or by a pair's (`sml_…/pub_…`)."""

    subject: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class AuditDocument(ResponseModel):
    """One change by an admin: `actor` is the ID of their key, `action` the call, `subject` the thing's ID or a pair's.

    `before` is null for what is new, `after` for what is gone. Where they were too large to keep whole, they
    hold `truncated` and the top-level fields that differ, or only these fields' names as `changed`.
    """

    id: str
    at: Timestamp
    actor: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
