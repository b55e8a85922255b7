"""Authorization: which key, which role of a user, and which state of a publisher an endpoint requires."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.domain.user import UserRole
from chalicelib.endpoint import Endpoint
from chalicelib.http.authentication import ROLES, Principal, Role, authenticate
from chalicelib.http.problems import Forbidden, Unauthenticated


def authorize(
    endpoint: Endpoint, authorization: str | None, path: Mapping[str, str], now: datetime
) -> Principal | None:
    """Return the caller, or None if the endpoint is open.

    Raise `Unauthenticated` if the key is not valid, `Forbidden` if the caller may not call the endpoint at this path.
    """
    role = ROLES.get(endpoint.audience)
    if role is None:
        return None
    principal = authenticate(authorization, now)
    if principal is None:
        message = "Send a valid API key as `Authorization: Bearer {key}`."
        raise Unauthenticated(message)
    if principal.role is not role:
        message = f"This endpoint requires {'an admin' if role is Role.ADMIN else 'a publisher'} key."
        raise Forbidden(message)
    _check_role(endpoint, principal, path)
    _check_not_suspended(endpoint, principal)
    return principal


def _check_role(endpoint: Endpoint, principal: Principal, path: Mapping[str, str]) -> None:
    has, needed = principal.user_role, UserRole(endpoint.minimum_role)
    is_own = endpoint.is_own and path.get("user_id") == principal.actor
    if has and not is_own and not has.includes(needed):
        message = f"This needs the role {needed}, and yours is {has}. Ask an owner of the network."
        raise Forbidden(message)


def _check_not_suspended(endpoint: Endpoint, principal: Principal) -> None:
    if endpoint.method != "GET" and not principal.may_write:
        message = "Your account is suspended: you can read, but not change anything. Ask the network."
        raise Forbidden(message)
