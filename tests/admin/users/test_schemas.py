from chalicelib.admin.users.schemas import NewUser, UserSettings
from chalicelib.domain.user import UserRole
from chalicelib.http.models import validate
from tests.http.support import errors_of


def test_new_user_needs_name_email_and_role() -> None:
    assert errors_of(NewUser, {}) == [(f"/{name}", "is required") for name in ("name", "email", "role")]


def test_email_address_of_a_new_user_is_trimmed() -> None:
    assert validate(NewUser, {"name": "Ben", "email": " b@n.example\n", "role": "owner"}).email == "b@n.example"


def test_stored_user_may_lack_an_email_address() -> None:
    assert validate(UserSettings, {"name": "admin", "email": None, "role": "owner"}).email is None


def test_each_role_includes_itself_and_those_below() -> None:
    included = {(each.value, other.value) for each in UserRole for other in UserRole if each.includes(other)}
    below = {("owner", "manager"), ("owner", "analyst"), ("manager", "analyst")}
    assert included == {(each.value, each.value) for each in UserRole} | below
