import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import UpdateError

from chalicelib.domain.user import UserRole
from chalicelib.http import authentication
from chalicelib.http.authentication import GeneratedKey, Principal, Role
from chalicelib.tables.publishers import ApiKeyRow
from chalicelib.tables.users import UserRow
from tests.people import CREATED_AT, stored_key, stored_publisher

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def authenticate(authorization: str | None, now: datetime = NOW) -> Principal | None:
    return authentication.authenticate(authorization, now)


def _stored_key() -> GeneratedKey:
    """A key of the publisher Ann."""
    return stored_key(Role.PUBLISHER, stored_publisher().id)


def a_user(user_id: str = "usr_1", role: UserRole = UserRole.ANALYST) -> UserRow:
    row = UserRow(id=user_id, version=1, name="Ben", role=role.value, created_at=CREATED_AT, updated_at=CREATED_AT)
    row.save()
    return row


def test_key_of_a_publisher_authenticates_them() -> None:
    generated = _stored_key()
    principal = authenticate(f"Bearer {generated.text}")
    assert principal == Principal(Role.PUBLISHER, "pub_1", generated.id, "Ann")
    assert principal.owner == "pub_1"


def test_key_of_a_user_authenticates_them_in_the_name_of_the_network() -> None:
    generated = stored_key(Role.ADMIN, a_user().id)
    principal = authenticate(f"Bearer {generated.text}")
    assert principal == Principal(Role.ADMIN, "usr_1", generated.id, "Ben", UserRole.ANALYST)
    assert principal.owner == "admin"


def test_key_of_an_earlier_release_is_that_of_the_owner_admin() -> None:
    generated = stored_key(Role.ADMIN, "admin")
    expected = Principal(Role.ADMIN, "admin", generated.id, "admin", UserRole.OWNER)
    assert authenticate(f"Bearer {generated.text}") == expected


def test_owner_admin_is_a_user_like_others_once_they_are_stored() -> None:
    generated, row = stored_key(Role.ADMIN, "admin"), a_user("admin")
    principal = authenticate(f"Bearer {generated.text}")
    assert principal
    assert (principal.name, principal.user_role) == ("Ben", UserRole.ANALYST)
    row.update([UserRow.removed_at.set(CREATED_AT)])
    assert authenticate(f"Bearer {generated.text}") is None


def test_new_role_of_a_user_is_in_force_immediately() -> None:
    generated, row = stored_key(Role.ADMIN, "usr_1"), a_user()
    row.update([UserRow.role.set(UserRole.MANAGER.value)])
    principal = authenticate(f"Bearer {generated.text}")
    assert principal
    assert principal.user_role is UserRole.MANAGER


def test_keys_of_a_user_who_is_removed_or_missing_are_rejected() -> None:
    of_removed, of_nobody = (stored_key(Role.ADMIN, owner) for owner in ("usr_1", "usr_2"))
    a_user().update([UserRow.removed_at.set(CREATED_AT)])
    assert [authenticate(f"Bearer {each.text}") for each in (of_removed, of_nobody)] == [None, None]


@pytest.mark.parametrize(("status", "may_write"), [("active", True), ("suspended", False), ("closed", None)])
def test_suspended_publisher_may_not_write_and_a_closed_one_is_rejected(status: str, may_write: bool | None) -> None:
    generated = stored_key(Role.PUBLISHER, stored_publisher(status=status).id)
    principal = authenticate(f"Bearer {generated.text}")
    assert (principal.may_write if principal else None) is may_write


def test_key_of_a_missing_publisher_is_rejected() -> None:
    assert authenticate(f"Bearer {stored_key(Role.PUBLISHER, 'pub_2').text}") is None


# Use of a key


def test_use_of_a_key_is_stored_by_utc_day_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    generated, updates = _stored_key(), list[str]()
    update = ApiKeyRow.update

    def counted(key: ApiKeyRow, *args: Any) -> None:
        updates.append(key.id)
        update(key, *args)

    monkeypatch.setattr(ApiKeyRow, "update", counted)
    tokyo = timezone(timedelta(hours=9))
    moments = [NOW, NOW + timedelta(hours=1), datetime(2026, 11, 29, 8, tzinfo=tokyo), NOW + timedelta(days=1), NOW]
    days = []
    for moment in moments:
        authenticate(f"Bearer {generated.text}", moment)
        days.append(ApiKeyRow.get(generated.id).last_used_on)
    assert days == ["2026-11-28"] * 3 + ["2026-11-29"] * 2
    assert len(updates) == 2


def test_rejected_key_is_not_used() -> None:
    generated = _stored_key()
    authenticate(f"Bearer {generated.text[:-1]}x")
    assert ApiKeyRow.get(generated.id).last_used_on is None


@pytest.mark.parametrize(("code", "logged"), [("ConditionalCheckFailedException", 0), ("ThrottlingException", 1)])
def test_request_is_served_if_the_use_of_its_key_cannot_be_stored(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: str, logged: int
) -> None:
    def refuse(*_: object) -> None:
        raise UpdateError(cause=ClientError({"Error": {"Code": code}}, "UpdateItem"))

    generated = _stored_key()
    monkeypatch.setattr(ApiKeyRow, "update", refuse)
    assert authenticate(f"Bearer {generated.text}") is not None
    assert [record.getMessage() for record in caplog.records] == [
        f"the use of the key {generated.id} was not stored"
    ] * logged


def test_key_that_is_revoked_during_a_request_stays_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    generated, update = _stored_key(), ApiKeyRow.update

    def revoke_first(key: ApiKeyRow, *args: object) -> None:
        ApiKeyRow(key.id).delete()
        update(key, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(ApiKeyRow, "update", revoke_first)
    authenticate(f"Bearer {generated.text}")
    assert list(ApiKeyRow.scan()) == []


# Keys


def test_scheme_is_case_insensitive_and_spaces_are_ignored() -> None:
    assert authenticate(f"bearer   {_stored_key().text} ") is not None


def test_keys_have_a_prefix_and_are_unique() -> None:
    generated = [authentication.generate_key(Role.ADMIN) for _ in range(100)]
    assert all(re.fullmatch(r"slk_admin_[a-z2-7]{12}[A-Za-z0-9_-]{43}", each.text) for each in generated)
    assert len({each.text for each in generated}) == len({each.id for each in generated}) == 100


def test_revoked_key_is_rejected_immediately() -> None:
    generated = _stored_key()
    assert authenticate(f"Bearer {generated.text}") is not None
    ApiKeyRow(generated.id).delete()
    assert authenticate(f"Bearer {generated.text}") is None


def test_wrong_secret_is_rejected() -> None:
    generated, wrong = _stored_key(), authentication.generate_key(Role.PUBLISHER)
    assert authenticate(f"Bearer {generated.text[:-43]}{wrong.text[-43:]}") is None


def test_publisher_key_with_an_admin_prefix_is_rejected() -> None:
    text = _stored_key().text
    assert authenticate(f"Bearer {text.replace('slk_pub_', 'slk_admin_')}") is None


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(lambda _: None, id="no header"),
        pytest.param(lambda _: "", id="an empty header"),
        pytest.param(lambda _: "Bearer", id="a scheme without a key"),
        pytest.param(lambda text: text, id="a key without a scheme"),
        pytest.param(lambda text: f"Basic {text}", id="another scheme"),
        pytest.param(lambda text: f"Bearer {text}x", id="a letter too many"),
        pytest.param(lambda text: f"Bearer {text[:-1]}", id="a letter too few"),
        pytest.param(lambda text: f"Bearer {text} {text}", id="two keys"),
        pytest.param(lambda text: f"Bearer {text.upper()}", id="capitals"),
        pytest.param(lambda _: f"Bearer {authentication.generate_key(Role.PUBLISHER).text}", id="never stored"),
        pytest.param(lambda _: "Bearer slk_pub_ключ", id="another alphabet"),
    ],
)
def test_invalid_key_is_rejected(header: Callable[[str], str | None]) -> None:
    assert authenticate(header(_stored_key().text)) is None


def test_only_a_hash_of_the_secret_is_stored() -> None:
    secret = _stored_key().text[-43:]
    (row,) = ApiKeyRow.scan()
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    assert secret not in str(row.serialize())
