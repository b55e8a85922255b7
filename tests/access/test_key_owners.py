import pytest
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.access import key_owners
from chalicelib.http.authentication import Role
from chalicelib.tables.base import commit, connection
from chalicelib.tables.users import UserRow
from tests.people import CREATED_AT, stored_publisher

pytestmark = pytest.mark.usefixtures("tables")


def passes(owner: key_owners.KeyOwner) -> bool:
    """Whether the check of the owner lets a transaction pass."""
    write = TransactWrite(connection=connection())
    owner.add_check(write)
    try:
        commit(write)
    except TransactWriteError:
        return False
    return True


@pytest.mark.parametrize(("status", "may"), [("active", True), ("suspended", True), ("closed", False)])
def test_key_of_a_publisher_is_made_unless_the_account_is_closed(status: str, *, may: bool) -> None:
    stored_publisher(status=status)
    assert passes(key_owners.publisher("pub_1")) is may


def test_key_of_a_user_is_made_unless_they_are_removed() -> None:
    row = UserRow(id="usr_1", version=1, name="Ben", role="owner", created_at=CREATED_AT, updated_at=CREATED_AT)
    row.save()
    assert passes(key_owners.user("usr_1"))
    assert passes(key_owners.user("admin"))
    row.update([UserRow.removed_at.set(CREATED_AT)])
    assert not passes(key_owners.user("usr_1"))


def test_owner_is_named_by_kind_and_id() -> None:
    owners = (key_owners.publisher("pub_1"), key_owners.user("usr_1"))
    assert [(each.title, each.role) for each in owners] == [
        ("Publisher pub_1", Role.PUBLISHER),
        ("User usr_1", Role.ADMIN),
    ]
