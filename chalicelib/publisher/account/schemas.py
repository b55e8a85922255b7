"""Response models of the publisher's account."""

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel


class AccountDocument(ResponseModel):
    """The publisher's own account."""

    id: str
    name: str
    email: str
    status: PublisherStatus
    created_at: Timestamp
