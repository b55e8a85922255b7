"""Request and response models of the audit log."""

from typing import Annotated, Any

from pydantic import Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, ResponseModel


class AuditQuery(ListQuery):
    """Filter of the list: changes of one resource by its ID, or of a pair (`sml_…/pub_…`), or all."""

    subject: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class AuditDocument(ResponseModel):
    """One change by an admin: `actor` is the ID of their API key, `action` the endpoint, `subject` the ID or pair.

    `before` is null for a new resource, `after` for a deleted one. If they are too large to store completely, they
    contain `truncated` and the top-level fields that differ, or only the names of these fields in `changed`.
    """

    id: str
    at: Timestamp
    actor: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
