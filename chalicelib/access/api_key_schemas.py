"""Response documents of API keys."""

from typing import Annotated, ClassVar

from pydantic import Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel


class KeyDocument(ResponseModel):
    """The public part of an API key. `last_used_on` is the UTC day of its last use, null before the first."""

    key_id: str
    prefix: str
    created_at: Timestamp
    last_used_on: Annotated[str, Field(json_schema_extra={"format": "date"})] | None


class NewKeyDocument(KeyDocument):
    """A new API key. `api_key` is shown once; it is null in a repeated response."""

    ONE_TIME_FIELDS: ClassVar[frozenset[str]] = frozenset({"api_key"})

    api_key: str | None
