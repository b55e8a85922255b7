"""Response documents of API keys."""

from typing import ClassVar

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel


class KeyDocument(ResponseModel):
    """The public part of an API key."""

    key_id: str
    prefix: str
    created_at: Timestamp


class NewKeyDocument(KeyDocument):
    """A new API key. `api_key` is shown once; it is null in a repeated response."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"api_key"})

    api_key: str | None
