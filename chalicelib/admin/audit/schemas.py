"""Request and response models of the audit log."""

from typing import Annotated, Any

from pydantic import Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel
from chalicelib.lists.query_schemas import AnyId, SearchQuery


class AuditQuery(SearchQuery):
    """Filters of the list: changes of one resource by its ID, or of a pair (`sml_…/pub_…`), and by one person.

    `q` is a part of the subject, the action, the name of the user or the ID.
    """

    subject: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    user_id: AnyId | None = None


class AuditDocument(ResponseModel):
    """One change: `user_id` made it, called `user_name` at that time, by the API key with the ID `actor`.

    `action` is the endpoint, `subject` the ID or pair. Changes of earlier releases are those of the user `admin`.
    `before` is null for a new resource, `after` for a deleted one. If they are too large to store completely, they
    contain `truncated` and the top-level fields that differ, or only the names of these fields in `changed`.
    """

    id: str
    at: Timestamp
    actor: str
    user_id: str
    user_name: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
