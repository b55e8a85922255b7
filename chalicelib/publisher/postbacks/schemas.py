"""Request and response models of a publisher's postbacks."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, RequestModel, ResponseModel
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.postbacks.subscription_filter import SubscribedStatus
from chalicelib.postbacks.target_url import url_errors

MAX_URL = 2000


def _check_url(url: str) -> str:
    if errors := url_errors(url):
        raise ValueError("; ".join(errors))
    return url


class PostbackSettings(RequestModel):
    """URL and filter of a postback. `*` matches every event or status.

    `event` is the name of a goal or an event as it was reported; `default` is a conversion without an event.
    """

    url: Annotated[
        str,
        Field(max_length=MAX_URL, examples=["https://pub.example/postback?cid={external_click_id}&payout={payout}"]),
        AfterValidator(_check_url),
    ]
    event: Annotated[str, Field(min_length=1, max_length=255, examples=["*"])] = "*"
    status: SubscribedStatus = SubscribedStatus.APPROVED


class PostbackDocument(ResponseModel):
    """A publisher's postback."""

    id: str
    url: str
    event: str
    status: SubscribedStatus
    version: int
    created_at: Timestamp
    updated_at: Timestamp


class NewPostbackDocument(PostbackDocument):
    """A new postback with its signing secret. The secret is shown once and is null in a repeated response."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: str | None


class DeliveryQuery(ListQuery):
    """Status of the deliveries to list. `dead` lists those that failed after all attempts."""

    status: DeliveryStatus | None = None


class DeliveryDocument(ResponseModel):
    """One delivery attempt. `conversion_id` is null for a test. `next_try_at` is set if the attempt will be retried."""

    id: str
    postback_id: str
    conversion_id: str | None
    series: str
    attempt: int
    status: DeliveryStatus
    url: str
    http_status: int | None
    error: str | None
    at: Timestamp
    took_ms: int | None
    next_try_at: Timestamp | None


class QueuedDocument(ResponseModel):
    """The delivery was queued. Its attempts share `series`."""

    status: Literal["queued"] = "queued"
    series: str
