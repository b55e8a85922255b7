"""Request and response models of publishers for admins."""

from typing import Annotated, ClassVar

from pydantic import Field

from chalicelib.access.api_key_schemas import KeyDocument
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.fields import Name, Timestamp
from chalicelib.http.models import RequestModel, ResponseModel


class NewPublisher(RequestModel):
    """Fields of a new publisher."""

    name: Name
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["ann@pub.example"])]


class PublisherSettings(NewPublisher):
    """Editable fields of a publisher. The links of a suspended publisher use the fallback."""

    status: PublisherStatus = PublisherStatus.ACTIVE


class PublisherDocument(PublisherSettings, ResponseModel):
    """A publisher in a list."""

    id: str
    version: int
    created_at: Timestamp
    updated_at: Timestamp


class PublisherDetail(PublisherDocument):
    """A publisher with their valid API keys."""

    keys: list[KeyDocument]


class NewPublisherDocument(PublisherDetail):
    """A new publisher with their first API key. The key is shown once and is null in a repeated response."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"api_key"})

    api_key: str | None


class NewApproval(RequestModel):
    """The campaign to approve for the publisher."""

    campaign_id: Annotated[str, Field(min_length=1, max_length=64)]


class CampaignApprovalDocument(ResponseModel):
    """A publisher's approval for one campaign. `url` is their direct link to it."""

    campaign_id: str
    campaign_name: str
    tracking_key: str
    url: str
    approved_at: Timestamp
