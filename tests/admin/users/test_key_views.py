from tests.conftest import Api
from tests.documents import good
from tests.people import new_user


def keys_of(api: Api, user_id: str) -> list[str]:
    return [each["key_id"] for each in good(api.get(f"/admin/users/{user_id}/keys"))["items"]]


def test_keys_of_earlier_releases_are_those_of_the_owner_admin(admin: Api) -> None:
    (key,) = good(admin.get("/admin/users/admin/keys"))["items"]
    assert (key["key_id"], key["prefix"]) == (admin.key[10:22], admin.key[:22])
    assert key["last_used_on"] is not None


def test_everyone_makes_lists_and_revokes_their_own_keys(admin: Api) -> None:
    user = new_user(admin, "analyst")
    path = f"/admin/users/{user.id}/keys"
    second = good(user.api.post(path))
    assert second["last_used_on"] is None
    assert keys_of(user.api, user.id) == [user.api.key[10:22], second["key_id"]]
    assert user.api.delete(f"{path}/{second['key_id']}").status == 204
    assert Api(second["api_key"]).get("/admin/me").status == 401
    assert keys_of(user.api, user.id) == [user.api.key[10:22]]


def test_others_keys_are_the_owners_business(admin: Api) -> None:
    ben, cleo = new_user(admin, "manager", "Ben"), new_user(admin, "analyst", "Cleo")
    path = f"/admin/users/{cleo.id}/keys"
    key_id = cleo.api.key[10:22]
    assert [ben.api.call(*call).status for call in (("GET", path), ("POST", path), ("DELETE", f"{path}/{key_id}"))] == [
        403
    ] * 3
    assert ben.api.delete(f"/admin/users/{ben.id}/keys/{key_id}").status == 404
    assert admin.delete(f"{path}/{key_id}").status == 204
    assert cleo.api.get("/admin/me").status == 401


def test_new_key_is_shown_once(admin: Api) -> None:
    path = "/admin/users/admin/keys"
    first, second = (good(admin.post(path, Idempotency_Key="k")) for _ in range(2))
    assert second == {**first, "api_key": None}
    assert first["api_key"].startswith(f"slk_admin_{first['key_id']}")
    assert first["api_key"][-43:] not in admin.get("/admin/audit").text


def test_same_idempotency_key_of_two_users_makes_two_keys(admin: Api) -> None:
    other = new_user(admin, "owner")
    path = f"/admin/users/{other.id}/keys"
    made = [good(api.post(path, Idempotency_Key="k"))["key_id"] for api in (admin, other.api)]
    assert len(set(made)) == 2


def test_key_of_a_user_is_audited_as_a_pair(admin: Api) -> None:
    user = new_user(admin)
    (entry, *_) = good(admin.get(f"/admin/audit?subject={user.id}"))["items"]
    assert (entry["subject"], entry["action"]) == (
        f"{user.id}/{user.api.key[10:22]}",
        "POST /admin/users/{user_id}/keys",
    )
