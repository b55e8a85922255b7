"""Request and response models of the publisher's account."""

from pydantic import Field

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.notifications.preference_schemas import PublisherEmailNotifications


class AccountSettings(RequestModel):
    """The fields of their account that a publisher may edit."""

    email_notifications: PublisherEmailNotifications = Field({})


class AccountDocument(ResponseModel):
    """The publisher's own account. `email_notifications` says for each kind whether it is sent by e-mail."""

    id: str
    version: int
    name: str
    email: str
    status: PublisherStatus
    email_notifications: PublisherEmailNotifications
    created_at: Timestamp


class OwnCountsDocument(ResponseModel):
    """What wants the publisher's attention. A count is null if more than 2,000 items would have to be read for it.

    `dead_deliveries` are those of the last 90 days.
    """

    unread_notifications: int | None
    dead_deliveries: int | None
