"""Request and response models of applications for admins."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import LinkDocument, RequestModel, ResponseModel
from chalicelib.lists.query_schemas import AnyId, AnyOf, SearchQuery


class ApplicationQuery(SearchQuery):
    """Search among the applications: `q` is a part of the name or ID of the smartlink or publisher, or of the ID.

    A repeated filter means any of its values.
    """

    status: AnyOf[ApplicationStatus] | None = None
    smartlink_id: AnyOf[AnyId] | None = None
    publisher_id: AnyOf[AnyId] | None = None
    sort: Literal["created_at", "-created_at"] = "created_at"


class Refusal(RequestModel):
    """Reason why the application is declined. The publisher can read it."""

    reason: Annotated[str, Field(max_length=1000)] | None = None


class ApplicationDocument(ResponseModel):
    """A publisher's application to a smartlink.

    `decided_by` is the ID of the admin's API key. It is null while nobody decided, if the smartlink is public, and for
    decisions before it was recorded.
    """

    id: str
    smartlink_id: str
    smartlink_name: str
    publisher_id: str
    publisher_name: str
    message: str
    status: ApplicationStatus
    applied_at: Timestamp
    decided_at: Timestamp | None
    decided_by: str | None
    reason: str | None


class ApprovalDocument(ResponseModel):
    """Result of an approval: the publisher's link to the smartlink."""

    status: Literal[ApplicationStatus.APPROVED]
    link: LinkDocument
