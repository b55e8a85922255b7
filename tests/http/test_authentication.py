import re
from typing import Any

import pytest

from chalicelib.http import authentication
from chalicelib.http.authentication import GeneratedKey, Principal, Role
from chalicelib.tables.publishers import ApiKeyRow

pytestmark = pytest.mark.usefixtures("tables")


def _stored_key(role: Role = Role.PUBLISHER, owner: str = "pub_1") -> GeneratedKey:
    generated = authentication.generate_key(role)
    ApiKeyRow(
        generated.id, role=role.value, owner=owner, digest=generated.digest, created_at="2026-11-21T00:00:00Z"
    ).save()
    return generated


@pytest.mark.parametrize(("role", "owner"), [(Role.ADMIN, "admin"), (Role.PUBLISHER, "pub_1")])
def test_key_authenticates_its_owner(role: Role, owner: str) -> None:
    generated = _stored_key(role, owner)
    assert authentication.authenticate(f"Bearer {generated.text}") == Principal(role, owner, generated.id)


def test_scheme_is_case_insensitive_and_spaces_are_ignored() -> None:
    generated = _stored_key()
    assert authentication.authenticate(f"bearer   {generated.text} ") == Principal(
        Role.PUBLISHER, "pub_1", generated.id
    )


def test_keys_have_a_prefix_and_are_unique() -> None:
    generated = [authentication.generate_key(Role.ADMIN) for _ in range(100)]
    assert all(re.fullmatch(r"slk_admin_[a-z2-7]{12}[A-Za-z0-9_-]{43}", each.text) for each in generated)
    assert len({each.text for each in generated}) == len({each.id for each in generated}) == 100


def test_revoked_key_is_rejected_immediately() -> None:
    generated = _stored_key()
    assert authentication.authenticate(f"Bearer {generated.text}") is not None
    ApiKeyRow(generated.id).delete()
    assert authentication.authenticate(f"Bearer {generated.text}") is None


def test_wrong_secret_is_rejected() -> None:
    generated, wrong = _stored_key(), authentication.generate_key(Role.PUBLISHER)
    assert authentication.authenticate(f"Bearer {generated.text[:-43]}{wrong.text[-43:]}") is None


def test_publisher_key_with_an_admin_prefix_is_rejected() -> None:
    text = _stored_key().text
    assert authentication.authenticate(f"Bearer {text.replace('slk_pub_', 'slk_admin_')}") is None


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
def test_invalid_key_is_rejected(header: Any) -> None:
    assert authentication.authenticate(header(_stored_key().text)) is None


def test_only_a_hash_of_the_secret_is_stored() -> None:
    secret = _stored_key().text[-43:]
    (row,) = ApiKeyRow.scan()
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    assert secret not in str(row.serialize())
