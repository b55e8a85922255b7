import pytest

from chalicelib.postbacks.subscription_filter import matches
from tests.postbacks.rows import a_conversion, a_postback


@pytest.mark.parametrize(
    ("event", "status", "wanted"),
    [
        pytest.param("*", "approved", True, id="every event"),
        pytest.param("install", "approved", True, id="this event"),
        pytest.param("deposit", "approved", False, id="another event"),
        pytest.param("*", "rejected", False, id="another status"),
        pytest.param("install", "*", True, id="every status"),
        pytest.param("deposit", "*", False, id="another event of every status"),
    ],
)
def test_a_postback_hears_of_its_event_and_status(event: str, status: str, wanted: bool) -> None:
    conversion = a_conversion(event="install", status="approved").attribute_values
    assert matches(a_postback(event=event, status=status), conversion) is wanted


def test_a_conversion_without_an_event_is_told_to_those_who_hear_of_all() -> None:
    conversion = a_conversion(event=None).attribute_values
    assert [matches(a_postback(event=event), conversion) for event in ("*", "install", "")] == [True, False, False]


def test_a_reversal_is_told_to_those_who_hear_of_reversals() -> None:
    conversion = a_conversion(status="rejected").attribute_values
    assert [matches(a_postback(status=each), conversion) for each in ("approved", "rejected", "*")] == [
        False,
        True,
        True,
    ]
