"""The application's documents."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import LinkDocument, ListQuery, RequestModel, ResponseModel


class ApplicationQuery(ListQuery):
    """Which applications: all, or those of one status."""

    status: ApplicationStatus | None = None


class Refusal(RequestModel):
    """Why the application is declined; the publisher reads it."""

    reason: Annotated[str, Field(max_length=1000)] | None = None


class ApplicationDocument(ResponseModel):
    """A publisher asking for a smartlink."""

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
    """That the publisher is on the smartlink now, with their link."""

    status: Literal[ApplicationStatus.APPROVED]
    link: LinkDocument
