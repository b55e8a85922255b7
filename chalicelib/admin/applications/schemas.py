"""Request and response models of applications for admins."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.error_details import Error
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import LinkDocument, RequestModel, ResponseModel
from chalicelib.http.references import EACH, MAX_ID, texts_at
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


class Decision(StrEnum):
    """Decision on an application."""

    APPROVE = "approve"
    DECLINE = "decline"


MAX_DECISIONS = 100


class ApplicationDecisions(Refusal):
    """One decision on many applications. Only a declined application has a reason."""

    ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MAX_ID)]], Field(min_length=1, max_length=MAX_DECISIONS)
    ]
    decision: Decision

    @classmethod
    def further_errors(cls, document: Mapping[str, Any]) -> Iterator[Error]:
        """Yield an error for each repeated ID, and for the reason of an approval."""
        places = texts_at(document, "ids", EACH, max_length=MAX_ID)
        first = {text: pointer for pointer, text in reversed(places.items())}
        for pointer, text in places.items():
            if first[text] != pointer:
                yield pointer, f"must be left out: {first[text]} is the same"
        if document.get("decision") == Decision.APPROVE and document.get("reason"):
            yield "/reason", "must be left out: only a declined application has a reason"


class ApplicationDecisionResult(ResponseModel):
    """The application after the decision. `error` says why it was not decided; `status` is null if it does not exist.

    `link` is that of the publisher if the application is approved.
    """

    id: str
    status: ApplicationStatus | None
    link: LinkDocument | None
    error: str | None


class ApplicationDecisionResults(ResponseModel):
    """One result for each application, in the order of the IDs."""

    results: list[ApplicationDecisionResult]


class ApplicationDocument(ResponseModel):
    """A publisher's application to a smartlink.

    `decided_by` is the admin who decided. It is null while nobody decided, if the smartlink is public, if the publisher
    withdrew the application, and for decisions before it was recorded. A deleted smartlink closes its applications.
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
