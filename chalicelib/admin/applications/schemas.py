"""Request and response models of applications for admins."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import LinkDocument, ListQuery, RequestModel, ResponseModel


class ApplicationQuery(ListQuery):
    """Filter of the list: applications of one status, or all."""

    status: ApplicationStatus | None = None


class Refusal(RequestModel):
    """Reason why the application is declined. The publisher can read it."""

    reason: Annotated[str, Field(max_length=1000)] | None = None


class ApplicationDocument(ResponseModel):
    """A publisher's application to a smartlink."""

    id: str
    smartlink_id: str
    smartlink_name: str
    publisher_id: str
    publisher_name: str
    message: str
    status: ApplicationStatus
    applied_at: Timestamp
    decided_at: Timestamp | None
    reason: str | None


class ApprovalDocument(ResponseModel):
    """Result of an approval: the publisher's link to the smartlink."""

    status: Literal[ApplicationStatus.APPROVED]
    link: LinkDocument
