"""One HTTP endpoint: method, path, operation ID, the view by name, and who may call it."""

from dataclasses import dataclass

OWNER, MANAGER, ANALYST = "owner", "manager", "analyst"
"""The roles of users, by their names in `domain/user.py`, which the redirect does not load."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. `view` is `module:function`, `status` the status of success; `also` lists further statuses.

    `operation_id` is the stable name in the OpenAPI document. `media` is the content type of the response,
    `also_media` a second type, such as CSV. A `versioned` endpoint accepts `If-Match`.
    `role` is the least role of a user who may call an endpoint of admins, where it is not the usual one. An endpoint
    that `is_own` may be called by every user for their own `user_id`.
    """

    method: str
    path: str
    operation_id: str
    view: str
    status: int = 200
    also: tuple[int, ...] = ()
    media: str = "application/json"
    also_media: str | None = None
    versioned: bool = False
    role: str = ""
    is_own: bool = False

    @property
    def audience(self) -> str:
        """Return the first segment of the path. `admin` and `publisher` require a key of that role, others no key."""
        return self.path.split("/")[1]

    @property
    def minimum_role(self) -> str:
        """Return the least role of a user who may call the endpoint: by default analysts read and managers change."""
        return self.role or (ANALYST if self.method == "GET" else MANAGER)
