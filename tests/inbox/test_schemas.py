import pytest

from chalicelib.http.models import validate
from chalicelib.inbox.schemas import NotificationQuery
from tests.http.support import errors_of


def test_query_lists_all_notifications_by_default() -> None:
    assert validate(NotificationQuery, {}) == NotificationQuery(limit=50, cursor=None, unread="false")


@pytest.mark.parametrize("unread", ["yes", "True", "1"])
def test_unread_must_be_true_or_false(unread: str) -> None:
    assert [pointer for pointer, _ in errors_of(NotificationQuery, {"unread": unread})] == ["/unread"]


def test_only_a_filter_that_leaves_notifications_out_is_a_condition() -> None:
    assert validate(NotificationQuery, {"unread": "false"}).conditions == {}
    assert validate(NotificationQuery, {"unread": "true", "q": "cap"}).conditions == {"unread": "true", "q": "cap"}
