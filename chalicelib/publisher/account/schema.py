"""A publisher's own account."""

from chalicelib.contract.schema import Document, Timestamp
from chalicelib.domain.publisher import PublisherStatus


class AccountDocument(Document):
    """Who you are."""

    id: str
    name: str
    email: str
    status: PublisherStatus
    created_at: Timestamp
