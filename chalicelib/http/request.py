"""A call as its view sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.timestamps import timestamp
from chalicelib.endpoints import Endpoint


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`key` names the row (caller, path and the caller's key, hashed); `digest` is the body's."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Request:
    """One authenticated call: `owner` is `admin`, a publisher's ID, or empty on open calls.

    `if_match` is the version that an edit expects, None for any. `base_url` is where the API
    itself answers, without a slash at the end. `actor` is the ID of the key that the call came with,
    empty on open calls. `cookies` are those that it brought, by name.
    """

    endpoint: Endpoint
    owner: str
    now: datetime
    base_url: str
    if_match: int | None
    idempotency: IdempotencyKey | None
    entropy: Callable[[int], bytes]
    actor: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def year(self) -> str:
        """The partition of lists that a row made now belongs to."""
        return str(self.now.year)

    @property
    def timestamp(self) -> str:
        """Now, as documents write it: ISO 8601, UTC, to the millisecond."""
        return timestamp(self.now)

    def new_id(self, prefix: str) -> str:
        """A fresh identifier that sorts after all older ones."""
        return f"{prefix}_{ids.time_ordered_id(self.now, self.entropy(10))}"

    def new_code(self) -> str:
        """A fresh code for a link."""
        return ids.new_link_code(self.entropy(8))

    def new_token(self) -> str:
        """A fresh secret of 160 bits for URLs that others call."""
        return self.entropy(20).hex()

    def link_url(self, code: str, tracking_domain: str | None = None) -> str:
        """Where a link's code is clicked."""
        return f"https://{tracking_domain}/s/{code}" if tracking_domain else f"{self.base_url}/s/{code}"
