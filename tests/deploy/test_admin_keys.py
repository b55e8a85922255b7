import boto3
import pytest

from deploy import admin_keys
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.users import Wanted, live_users, owner_for
from tests.conftest import Api
from tests.documents import good
from tests.people import new_user

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def cloud() -> Cloud:
    """The tables of the test as a deployed stack."""
    return Cloud(boto3.Session(), None, "local", "smartlink", "")


def api_of(cloud: Cloud, **wanted: str) -> Api:
    """Make a key as `make admin-key` does."""
    return Api(admin_keys.create_admin_key(cloud, owner_for(cloud, Wanted(**wanted))))


def user_of(api: Api) -> tuple[str, str, str | None, str]:
    user = good(api.get("/admin/me"))["user"]
    return user["id"], user["name"], user["email"], user["role"]


def test_first_key_is_that_of_the_owner_admin(cloud: Cloud) -> None:
    assert user_of(api_of(cloud)) == ("admin", "admin", None, "owner")


def test_first_owner_gets_name_and_address_once(cloud: Cloud) -> None:
    ann = ("admin", "Ann", "ann@network.example", "owner")
    first = api_of(cloud, name="Ann", email="ann@network.example")
    assert user_of(first) == user_of(api_of(cloud, email="ANN@network.example")) == user_of(api_of(cloud)) == ann
    with pytest.raises(CommandError, match="There is no such user"):
        owner_for(cloud, Wanted(email="bob@network.example"))
    assert new_user(first, "manager").api.get("/admin/me").status == 200


def test_first_owner_gets_no_name_or_address_that_the_api_would_refuse(cloud: Cloud) -> None:
    with pytest.raises(CommandError) as raised:
        owner_for(cloud, Wanted(name="a" * 201, email="ann"))
    assert str(raised.value) == (
        "NAME must have at most 200 characters; EMAIL must be an e-mail address such as ann@pub.example."
    )
    assert user_of(api_of(cloud)) == ("admin", "admin", None, "owner")


def test_key_is_made_for_the_user_given(cloud: Cloud) -> None:
    admin = api_of(cloud)
    ben = new_user(admin, "manager", "Ben")
    assert user_of(api_of(cloud, user_id=ben.id))[0] == ben.id
    assert user_of(api_of(cloud, email="ben@network.example"))[0] == ben.id


def test_removed_users_get_no_key_and_the_next_owner_is_the_first(cloud: Cloud) -> None:
    admin = api_of(cloud)
    ben = new_user(admin, "owner", "Ben")
    assert ben.api.delete("/admin/users/admin").status == 204
    assert [each.id for each in live_users(cloud)] == [ben.id]
    assert user_of(api_of(cloud))[0] == ben.id
    with pytest.raises(CommandError, match=f"There is no such user. The users are: {ben.id} .ben@network.example.."):
        owner_for(cloud, Wanted(user_id="admin"))


def test_key_works_until_it_is_revoked_or_its_user_removed(cloud: Cloud) -> None:
    admin = api_of(cloud)
    ben = new_user(admin, "owner", "Ben")
    kept = api_of(cloud, user_id=ben.id).key
    assert [admin_keys.works(cloud, each) for each in (admin.key, kept, "", "slk_admin_none")] == [
        True,
        True,
        False,
        False,
    ]
    admin_keys.revoke(cloud, admin.key[10:22])
    assert [admin_keys.works(cloud, each) for each in (admin.key, kept)] == [False, True]
    with pytest.raises(CommandError, match="There is no key none"):
        admin_keys.revoke(cloud, "none")


def test_key_made_beside_the_api_is_listed_and_counts(cloud: Cloud) -> None:
    admin = api_of(cloud)
    made = [admin.key[10:22], api_of(cloud).key[10:22], good(admin.post("/admin/users/admin/keys"))["key_id"]]
    assert [each["key_id"] for each in good(admin.get("/admin/users/admin/keys"))["items"]] == made
