import re
from typing import Any

import pytest

from chalicelib.http import authentication
from chalicelib.http.authentication import GeneratedKey, Principal, Role
from chalicelib.tables.publishers import ApiKeyRow

pytestmark = pytest.mark.usefixtures("tables")


def _kept(role: Role = Role.PUBLISHER, owner: str = "pub_1") -> GeneratedKey:
    minted = authentication.generate_key(role)
    ApiKeyRow(minted.id, role=role.value, owner=owner, digest=minted.digest, created_at="2026-11-21T00:00:00Z").save()
    return minted


@pytest.mark.parametrize(("role", "owner"), [(Role.ADMIN, "admin"), (Role.PUBLISHER, "pub_1")])
def test_a_minted_key_opens_its_own_side(role: Role, owner: str) -> None:
    minted = _kept(role, owner)
    assert authentication.authenticate(f"Bearer {minted.text}") == Principal(role, owner, minted.id)


def test_the_scheme_is_read_in_any_case_and_spaces_around_the_key_do_not_matter() -> None:
    minted = _kept()
    assert authentication.authenticate(f"bearer   {minted.text} ") == Principal(Role.PUBLISHER, "pub_1", minted.id)


def test_a_key_is_recognised_by_its_prefix_and_no_two_are_alike() -> None:
    minted = [authentication.generate_key(Role.ADMIN) for _ in range(100)]
    assert all(re.fullmatch(r"slk_admin_[a-z2-7]{12}[A-Za-z0-9_-]{43}", each.text) for each in minted)
    assert len({each.text for each in minted}) == len({each.id for each in minted}) == 100


def test_a_revoked_key_is_dead_at_once() -> None:
    minted = _kept()
    assert authentication.authenticate(f"Bearer {minted.text}") is not None
    ApiKeyRow(minted.id).delete()
    assert authentication.authenticate(f"Bearer {minted.text}") is None


def test_a_wrong_secret_behind_the_right_id_opens_nothing() -> None:
    minted, other = _kept(), authentication.generate_key(Role.PUBLISHER)
    assert authentication.authenticate(f"Bearer {minted.text[:-43]}{other.text[-43:]}") is None


def test_a_publishers_key_that_calls_itself_an_admins_opens_nothing() -> None:
    text = _kept().text
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
        pytest.param(lambda text: f"Bearer {text.upper()}", id="shouted"),
        pytest.param(lambda _: f"Bearer {authentication.generate_key(Role.PUBLISHER).text}", id="never kept"),
        pytest.param(lambda _: "Bearer slk_pub_ключ", id="another alphabet"),
    ],
)
def test_what_is_no_key_opens_nothing(header: Any) -> None:
    assert authentication.authenticate(header(_kept().text)) is None


def test_only_a_hash_of_the_secret_is_kept() -> None:
    secret = _kept().text[-43:]
    (row,) = ApiKeyRow.scan()
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    assert secret not in str(row.serialize())
