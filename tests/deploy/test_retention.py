import pytest

from deploy import retention
from deploy.errors import CommandError


def test_retentions_that_are_not_set_keep_their_values() -> None:
    retention.check({})


@pytest.mark.parametrize(("name", "text"), [("CLICK_DAYS", "7"), ("CLICK_DAYS", "399"), ("ARCHIVE_DAYS", "0")])
def test_possible_numbers_of_days_are_accepted(name: str, text: str) -> None:
    retention.check({name: text})


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("CLICK_DAYS", "6", "CLICK_DAYS is 6. Set it to a number of days from 7 to 399."),
        ("CLICK_DAYS", "400", "CLICK_DAYS is 400. Set it to a number of days from 7 to 399."),
        ("ARCHIVE_DAYS", "00", "ARCHIVE_DAYS is 00. Set it to a number of days from 0 to 36,500."),
        ("ARCHIVE_DAYS", "-1", "ARCHIVE_DAYS is -1. Set it to a number of days from 0 to 36,500."),
        ("ARCHIVE_DAYS", "", "ARCHIVE_DAYS is . Set it to a number of days from 0 to 36,500."),
    ],
)
def test_other_texts_are_refused_before_anything_is_packaged(name: str, text: str, message: str) -> None:
    with pytest.raises(CommandError) as refused:
        retention.check({name: text})
    assert str(refused.value) == message
