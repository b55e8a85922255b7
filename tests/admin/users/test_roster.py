from typing import Any

import pytest

from chalicelib.admin.users.roster import Roster, load_roster, save
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import Conflict, NotFound
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.users import UserRow
from tests.http.support import a_request
from tests.people import CREATED_AT


def a_user(user_id: str, role: str = "analyst", version: int = 1) -> UserRow:
    times: dict[str, Any] = {"created_at": CREATED_AT, "updated_at": CREATED_AT}
    email = f"{user_id}@network.example"
    return UserRow(id=user_id, version=version, name=user_id, email=email, role=role, **times)


def test_only_owner_is_the_last_one() -> None:
    one, two = a_user("usr_1", "owner"), a_user("usr_2", "owner")
    Roster(1, [one, two]).check_not_last_owner("usr_1")
    Roster(1, [one, a_user("usr_2")]).check_not_last_owner("usr_2")
    with pytest.raises(Conflict, match="User usr_1 is the last owner"):
        Roster(1, [one, a_user("usr_2")]).check_not_last_owner("usr_1")


def test_user_has_their_own_email_address() -> None:
    roster = Roster(1, [a_user("usr_1")])
    sent = {"email": "USR_1@network.example"}
    assert roster.email_errors("usr_1", sent) == []
    assert roster.email_errors("usr_2", sent) == [("/email", "is that of another user")]
    assert roster.email_errors("usr_2", {"email": 5}) == []


def test_user_who_is_not_in_the_roster_is_not_found() -> None:
    with pytest.raises(NotFound, match="There is no user usr_1"):
        Roster(1, []).get_or_404("usr_1")


@pytest.mark.usefixtures("tables")
def test_change_fails_if_another_user_changed_since() -> None:
    save(a_request(), load_roster(), a_user("usr_1"), AuditChange("usr_1", None, None))
    old = load_roster()
    save(a_request(), old, a_user("usr_2"), AuditChange("usr_2", None, None))
    with pytest.raises(TransactionConflict):
        save(a_request(), old, a_user("usr_3"), AuditChange("usr_3", None, None))
    roster = load_roster()
    assert (roster.version, [each.id for each in roster.users]) == (2, ["admin", "usr_1", "usr_2"])


@pytest.mark.usefixtures("tables")
def test_removed_users_are_not_in_the_roster() -> None:
    removed, first = a_user("usr_1"), a_user("admin", "owner")
    removed.removed_at = first.removed_at = CREATED_AT
    for row in (removed, first):
        row.save()
    assert load_roster() == Roster(0, [])
