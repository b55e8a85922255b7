from chalicelib.admin.users.listing import document, list_users
from chalicelib.admin.users.schemas import UserQuery
from chalicelib.lists.query_schemas import Sort
from chalicelib.tables.users import first_user
from tests.admin.users.test_roster import a_user


def test_user_without_times_is_the_oldest() -> None:
    users = [a_user("usr_1"), first_user(), a_user("usr_2")]
    found = {
        sort: [each.id for each in list_users(users, UserQuery(sort=sort)).items]
        for sort in (Sort.UPDATED, Sort.LAST_UPDATED, Sort.CREATED)
    }
    assert found == {
        Sort.UPDATED: ["admin", "usr_1", "usr_2"],
        Sort.LAST_UPDATED: ["usr_2", "usr_1", "admin"],
        Sort.CREATED: ["admin", "usr_1", "usr_2"],
    }


def test_document_of_the_first_user_has_no_times() -> None:
    shown = document(first_user())
    assert (shown.id, shown.role, shown.version, shown.created_at, shown.updated_at) == (
        "admin",
        "owner",
        0,
        None,
        None,
    )
