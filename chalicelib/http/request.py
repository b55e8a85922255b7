"""A request as its view receives it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.timestamps import timestamp
from chalicelib.domain.user import UserRole
from chalicelib.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`key` identifies the stored response: a hash of path, caller and header. `digest` is the hash of the body.

    The response is kept for `days`, by default for as long as `settings` says.
    """

    key: str
    digest: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An authenticated request. `owner` is `admin`, a publisher's ID, or empty if the endpoint is open.

    `if_match` is the version that an edit expects, None for any. `base_url` is the address of the API
    without a trailing slash, `tracking_url` that of links, empty if it is the same.
    `actor` is the ID of the calling user or publisher, `actor_name` their name, and `key_id`
    their key; all are empty if the endpoint is open. `role` is that of a user, None for other callers.
    `cookies` are the values by name. `address` is the caller's. `parameters` are those of the query, and of the body of
    a POST that takes them there, as they were sent. `inactive_hosts` reads the tracking domains that cannot be used.
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
    address: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    actor_name: str = ""
    key_id: str = ""
    role: UserRole | None = None
    inactive_hosts: Callable[[], frozenset[str]] = frozenset
    tracking_url: str = ""

    @property
    def may_see_tokens(self) -> bool:
        """Return whether the caller may see the tokens of campaigns: analysts may not."""
        return self.role is not UserRole.ANALYST

    @property
    def tracking_base(self) -> str:
        """Return the address that visitors and advertisers call: that of links, postback and pixel."""
        return self.tracking_url or self.base_url

    @property
    def year(self) -> str:
        """Return the year of the request: the partition of yearly lists for new rows."""
        return str(self.now.year)

    @property
    def timestamp(self) -> str:
        """Return the time of the request as ISO 8601 in UTC with milliseconds."""
        return timestamp(self.now)

    def new_id(self, prefix: str) -> str:
        """Return a new ID that sorts after all older ones."""
        return f"{prefix}_{ids.time_ordered_id(self.now, self.entropy(10))}"

    def new_code(self) -> str:
        """Return a new link code."""
        return ids.new_link_code(self.entropy(8))

    def new_token(self) -> str:
        """Return a new secret of 160 bits for URLs that third parties call."""
        return self.entropy(20).hex()

    def link_url(self, code: str, tracking_domain: str | None = None) -> str:
        """Return the URL of a link code, on the tracking domain if one is given that can be used."""
        return (
            f"https://{tracking_domain}/s/{code}" if self.can_use(tracking_domain) else f"{self.tracking_base}/s/{code}"
        )

    def can_use(self, tracking_domain: str | None) -> bool:
        """Return whether URLs are printed on a tracking domain.

        One that is no resource was set up by hand under an earlier release, and stays in use.
        """
        return bool(tracking_domain) and tracking_domain not in self.inactive_hosts()
