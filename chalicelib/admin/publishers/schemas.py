"""Request and response models of publishers for admins."""

from typing import Annotated, ClassVar

from pydantic import Field

from chalicelib.access.api_key_schemas import KeyDocument
from chalicelib.domain.publisher import MemberStatus, PublisherStatus
from chalicelib.http.fields import Email, Name, Tags, Timestamp
from chalicelib.http.models import LinkDocument, RequestModel, ResponseModel
from chalicelib.lists.query_schemas import AnyOf, SearchQuery, SortedQuery
from chalicelib.notifications.preference_schemas import PublisherEmailNotifications


class NewPublisher(RequestModel):
    """Fields of a new publisher."""

    name: Name
    email: Email
    tags: Tags = Field([])


class PublisherSettings(NewPublisher):
    """Editable fields of a publisher. The links of a suspended or closed account use the fallback."""

    status: PublisherStatus = PublisherStatus.ACTIVE


class PublisherEdit(PublisherSettings):
    """Editable fields of a publisher, with the kinds of notification that they get by e-mail."""

    email_notifications: PublisherEmailNotifications = Field({})


class PublisherQuery(SortedQuery):
    """Search among the publishers. A repeated filter means any of its values."""

    status: AnyOf[PublisherStatus] | None = None
    tag: AnyOf[str] | None = None


class PublisherDocument(PublisherSettings, ResponseModel):
    """A publisher in a list."""

    id: str
    version: int
    created_at: Timestamp
    updated_at: Timestamp


class PublisherDetail(PublisherDocument):
    """A publisher with their valid API keys.

    `email_notifications` says for each kind whether it is sent by e-mail.
    """

    email_notifications: PublisherEmailNotifications
    keys: list[KeyDocument]


class NewPublisherDocument(PublisherDetail):
    """A new publisher with their first API key. The key is shown once and is null in a repeated response."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"api_key"})

    api_key: str | None


class NewApproval(RequestModel):
    """The campaign to approve for the publisher."""

    campaign_id: Annotated[str, Field(min_length=1, max_length=64)]


class ApprovalQuery(SearchQuery):
    """Search among the campaigns that a publisher is approved for, in the order of their creation."""


class CampaignApprovalDocument(ResponseModel):
    """A publisher's approval for one campaign. `url` is their direct link to it."""

    campaign_id: str
    campaign_name: str
    tracking_key: str
    url: str
    approved_at: Timestamp


class PublisherSmartlinkQuery(SearchQuery):
    """Search among the smartlinks of a publisher, oldest first. A repeated status means any of them."""

    status: AnyOf[MemberStatus] | None = None


class PublisherSmartlinkDocument(ResponseModel):
    """A smartlink that the publisher applied to or was added to. `link` is null unless their link is active.

    `since` is the time from which the publisher has the status, null if they were added without an application.
    """

    id: str
    name: str
    status: MemberStatus
    since: Timestamp | None
    link: LinkDocument | None
