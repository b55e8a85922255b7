"""The documents of API keys."""

from typing import ClassVar

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel


class KeyDocument(ResponseModel):
    """A key by its public part; the secret part is known to its holder only."""

    key_id: str
    prefix: str
    created_at: Timestamp


class NewKeyDocument(KeyDocument):
    """A new key, shown this once (null where the answer is repeated)."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"api_key"})

    api_key: str | None
