import pytest

from chalicelib.postbacks.subscription_filter import matches
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


def test_conversion_without_event_matches_only_any_event() -> None:
    conversion = a_conversion(event=None).attribute_values
    assert [matches(a_postback(event=event), conversion) for event in ("*", "install", "")] == [True, False, False]


def test_rejected_conversion_matches_rejected_and_any_status() -> None:
    conversion = a_conversion(status="rejected").attribute_values
    assert [matches(a_postback(status=status), conversion) for status in ("approved", "rejected", "*")] == [
        False,
        True,
        True,
    ]
