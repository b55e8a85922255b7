"""The documents of a publisher's postbacks."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ListQuery, RequestModel, ResponseModel
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.postbacks.subscription_filter import SubscribedStatus
from chalicelib.postbacks.target_url import url_complaints


def _sound(url: str) -> str:
    if found := url_complaints(url):
        raise ValueError("; ".join(found))
    return url


class PostbackSettings(RequestModel):
    """Where to call, and of what: `event` `*` means every event, `status` `*` every change."""

    url: Annotated[
        str,
        Field(max_length=2000, examples=["https://pub.example/postback?cid={external_click_id}&payout={payout}"]),
        AfterValidator(_sound),
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
    """A new postback with the secret that signs its calls, shown this once (null where the answer is repeated)."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: str | None


class DeliveryQuery(ListQuery):
    """Which deliveries: `dead` lists what was given up."""

    status: DeliveryStatus | None = None


class DeliveryDocument(ResponseModel):
    """One try to tell of a conversion (null for a test); `next_try_at` is set on a failed one."""

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
    """That a call is on its way; `series` is on its deliveries."""

    status: Literal["queued"] = "queued"
    series: str
