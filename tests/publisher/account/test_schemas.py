import pytest

from chalicelib.http.models import validate
from chalicelib.publisher.account.schemas import AccountDocument, AccountSettings
from tests.http.support import errors_of


def test_account_has_no_keys() -> None:
    names = {"id", "version", "name", "email", "status", "email_notifications", "created_at"}
    assert set(AccountDocument.model_fields) == names


def test_nothing_is_chosen_by_default() -> None:
    assert validate(AccountSettings, {}).email_notifications == {}


@pytest.mark.parametrize("field", ["name", "email", "status"])
def test_publisher_edits_only_their_choices(field: str) -> None:
    assert errors_of(AccountSettings, {field: "x"}) == [(f"/{field}", "is not a known field")]


def test_kind_that_does_not_concern_publishers_is_an_error_with_the_list() -> None:
    ((pointer, detail),) = errors_of(AccountSettings, {"email_notifications": {"cap_reached": True}})
    assert pointer == "/email_notifications/cap_reached"
    assert detail.startswith("must be 'application_decided', 'link_live', 'postback_failing'")
