"""A walk over all endpoints with callers of every kind, by the rule of the HTTP contract.

The rule is written down here a second time: `endpoints.py` has it as a column, which the walk checks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.endpoint import Endpoint
from chalicelib.endpoints import ENDPOINTS

OWNERS_ONLY = ("/admin/users", "/admin/domains")
"""Managers do all but users and domains."""

READ_BY_ALL = "/admin/domains"
"""Everyone sees the domains: whether links are printed on one, and why not."""

FOR_ANALYSTS = {
    "POST /admin/smartlinks/simulate",
    "POST /admin/smartlinks/{smartlink_id}/simulate",
    "POST /admin/smartlinks/{smartlink_id}/replay",
    "POST /admin/notifications/{notification_id}/read",
    "POST /admin/notifications/read-all",
}
"""What analysts may do besides reading."""

FOR_ONESELF = ("/admin/users/{user_id}/keys", "/admin/users/{user_id}/keys/{key_id}")
"""Everyone manages their own keys. They also show themselves, and edit their own notifications."""

NO_VERSION = {"If-Match": '"none"'}
"""Keeps edits and deletions that are allowed from being carried out: 412."""


class Caller(StrEnum):
    """Who calls: users by role, a publisher, another one, a suspended one, and somebody without a key."""

    OWNER = "owner"
    MANAGER = "manager"
    ANALYST = "analyst"
    PUBLISHER = "publisher"
    OTHER_PUBLISHER = "other publisher"
    SUSPENDED = "suspended"
    NOBODY = "nobody"


USERS = (Caller.OWNER, Caller.MANAGER, Caller.ANALYST)
PUBLISHERS = (Caller.OTHER_PUBLISHER, Caller.SUSPENDED, Caller.PUBLISHER)
"""The publisher comes last: they may delete what the others ask for."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a caller; `is_own` says that the path names the calling user."""

    caller: Caller
    endpoint: Endpoint
    path: str
    is_own: bool = False

    @property
    def has_resource(self) -> bool:
        """Whether the path names a resource, which is the first publisher's in endpoints of publishers."""
        return "{" in self.endpoint.path


def walk(user_ids: Mapping[Caller, str], things: Mapping[str, str]) -> Iterator[Call]:
    """Yield every call. `things` are resources of the first publisher by the names of parameters."""
    for caller in (Caller.NOBODY, *USERS, *PUBLISHERS):
        for endpoint in ENDPOINTS:
            ids = {"user_id": "usr_none", **(things if endpoint.audience == "publisher" else {})}
            yield Call(caller, endpoint, _filled(endpoint.path, ids))
            if "{user_id}" in endpoint.path and caller in user_ids:
                yield Call(caller, endpoint, _filled(endpoint.path, {"user_id": user_ids[caller]}), is_own=True)


def _filled(path: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: ids.get(name[1], "none"), path)


def expected(call: Call) -> int | None:
    """Return the status with which a call is refused, or None if it is answered."""
    match call.endpoint.path.split("/")[1]:
        case "admin":
            return _of_admin_endpoint(call)
        case "publisher":
            return _of_publisher_endpoint(call)
        case _:
            return None


def _of_admin_endpoint(call: Call) -> int | None:
    if call.caller is Caller.NOBODY:
        return 401
    if call.caller not in USERS:
        return 403
    return None if _user_may(call) else 403


def _user_may(call: Call) -> bool:
    method, path = call.endpoint.method, call.endpoint.path
    if call.is_own and (path in FOR_ONESELF or (path == "/admin/users/{user_id}" and method != "DELETE")):
        return True
    is_reading = method == "GET" or f"{method} {path}" in FOR_ANALYSTS
    if path.startswith(OWNERS_ONLY) and not (is_reading and path.startswith(READ_BY_ALL)):
        return call.caller is Caller.OWNER
    return is_reading or call.caller is not Caller.ANALYST


def _of_publisher_endpoint(call: Call) -> int | None:
    if call.caller is Caller.NOBODY:
        return 401
    if call.caller in USERS or (call.caller is Caller.SUSPENDED and call.endpoint.method != "GET"):
        return 403
    return 404 if call.has_resource and call.caller is not Caller.PUBLISHER else None


def wrong_answers(calls: Iterator[Call], ask: Callable[[Call], int]) -> list[str]:
    """Return every call that is refused although it should be answered, or the other way round."""
    return [
        f"{call.endpoint.method} {call.path} of {call.caller}: {status}, not {expected(call) or 'answered'}"
        for call in calls
        if not _is_right(status := ask(call), expected(call))
    ]


def _is_right(status: int, refusal: int | None) -> bool:
    return status == refusal if refusal else status not in {401, 403} and status < 500
