"""Who may call which endpoint. `test_access_walk.py` asks every endpoint."""

from datetime import UTC, datetime

import pytest

from chalicelib.domain.user import UserRole
from chalicelib.endpoint import Endpoint
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http import authorization
from chalicelib.http.authentication import Principal, Role
from chalicelib.http.authorization import authorize
from chalicelib.http.problems import Forbidden, Unauthenticated

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def endpoint(operation_id: str) -> Endpoint:
    return next(each for each in ENDPOINTS if each.operation_id == operation_id)


def a_user(role: UserRole) -> Principal:
    return Principal(Role.ADMIN, "usr_1", "key_1", "Ben", role)


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> list[Principal | None]:
    """The caller whom the key authenticates: the last one in the list."""
    callers: list[Principal | None] = [None]
    monkeypatch.setattr(authorization, "authenticate", lambda *_: callers[-1])
    return callers


def ask(operation_id: str, user_id: str = "usr_2") -> Principal | None:
    return authorize(endpoint(operation_id), "Bearer key", {"user_id": user_id}, NOW)


def test_open_endpoint_has_no_caller(caller: list[Principal | None]) -> None:
    assert caller == [None]
    assert ask("getHealth") is None


def test_invalid_key_is_refused(caller: list[Principal | None]) -> None:
    assert caller == [None]
    with pytest.raises(Unauthenticated):
        ask("listCampaigns")


@pytest.mark.parametrize(
    ("operation_id", "role", "detail"),
    [
        ("createCampaign", UserRole.ANALYST, "This needs the role manager, and yours is analyst."),
        ("createUser", UserRole.ANALYST, "This needs the role owner, and yours is analyst."),
        ("createUser", UserRole.MANAGER, "This needs the role owner, and yours is manager."),
        ("listUserKeys", UserRole.MANAGER, "This needs the role owner, and yours is manager."),
    ],
)
def test_refusal_names_the_role_that_is_needed(
    caller: list[Principal | None], operation_id: str, role: UserRole, detail: str
) -> None:
    caller.append(a_user(role))
    with pytest.raises(Forbidden) as refused:
        ask(operation_id)
    assert refused.value.detail == f"{detail} Ask an owner of the network."


@pytest.mark.parametrize(
    ("operation_id", "role"),
    [
        ("listCampaigns", UserRole.ANALYST),
        ("simulateSmartlink", UserRole.ANALYST),
        ("createCampaign", UserRole.MANAGER),
        ("createUser", UserRole.OWNER),
    ],
)
def test_user_of_the_role_is_the_caller(caller: list[Principal | None], operation_id: str, role: UserRole) -> None:
    caller.append(a_user(role))
    assert ask(operation_id) == a_user(role)


def test_everyone_may_manage_their_own_keys(caller: list[Principal | None]) -> None:
    caller.append(a_user(UserRole.ANALYST))
    for operation_id in ("listUserKeys", "createUserKey", "revokeUserKey", "getUser", "updateUser"):
        assert ask(operation_id, user_id="usr_1") is not None
    with pytest.raises(Forbidden):
        ask("removeUser", user_id="usr_1")


def test_suspended_publisher_may_only_read(caller: list[Principal | None]) -> None:
    suspended = Principal(Role.PUBLISHER, "pub_1", "key_1", "Ann", may_write=False)
    caller.append(suspended)
    assert ask("myListKeys") == suspended
    with pytest.raises(Forbidden, match="Your account is suspended: you can read, but not change anything"):
        ask("myCreateKey")
