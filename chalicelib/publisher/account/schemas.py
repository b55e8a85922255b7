"""A publisher's own account."""

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel


class AccountDocument(ResponseModel):
    """Who you are."""

    id: str
    name: str
    email: str
    status: PublisherStatus
    created_at: Timestamp
