import pytest

from chalicelib.postbacks.subscription_filter import SubscribedStatus, matches
from tests.postbacks.rows import a_conversion, a_postback


@pytest.mark.parametrize(
    ("event", "status", "is_match"),
    [
        pytest.param("*", "approved", True, id="every event"),
        pytest.param("install", "approved", True, id="this event"),
        pytest.param("deposit", "approved", False, id="another event"),
        pytest.param("*", "rejected", False, id="another status"),
        pytest.param("install", "*", True, id="every status"),
        pytest.param("deposit", "*", False, id="another event of every status"),
    ],
)
def test_postback_matches_its_event_and_status(event: str, status: str, is_match: bool) -> None:
    conversion = a_conversion(event="install", status="approved").attribute_values
    assert matches(a_postback(event=event, status=status), conversion) is is_match


@pytest.mark.parametrize(
    ("event", "goal", "matching"),
    [
        pytest.param(None, "default", ["*", "default"], id="no event"),
        pytest.param("default", "default", ["*", "default"], id="the default goal's name"),
        pytest.param("install", "default", ["*", "install"], id="an event that only labels the default goal"),
        pytest.param("sale", "sale", ["*", "sale"], id="a named goal"),
        pytest.param("s1", "sale", ["*", "s1", "sale"], id="a label and another goal"),
        pytest.param(None, "sale", ["*", "sale"], id="a named goal without event"),
        pytest.param(None, None, ["*", "default"], id="a conversion stored before goals"),
    ],
)
def test_event_of_a_postback_is_a_goal_or_an_event(event: str | None, goal: str | None, matching: list[str]) -> None:
    conversion = a_conversion(event=event, goal=goal).attribute_values
    names = ("*", "default", "install", "s1", "sale", "")
    assert [name for name in names if matches(a_postback(event=name), conversion)] == matching


@pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
def test_conversion_matches_its_status_and_any(status: str) -> None:
    conversion = a_conversion(status=status).attribute_values
    subscribed = [each for each in SubscribedStatus if matches(a_postback(status=each), conversion)]
    assert subscribed == [status, "*"]


def test_event_that_is_no_goal_matches_no_postback() -> None:
    conversion = a_conversion(event="install", goal=None, status=None).attribute_values
    postbacks = [a_postback(event=event, status=status) for event in ("*", "install") for status in SubscribedStatus]
    assert not any(matches(postback, conversion) for postback in postbacks)
