from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.conversions.imports.message import ImportMessage, decode, encode

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MESSAGE = ImportMessage("imp_1", 3, int(AT.timestamp()))


def test_message_survives_the_queue() -> None:
    assert decode(encode(MESSAGE)) == MESSAGE


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", "null", '{"import_id": "imp_1", "chunk": "x", "at": 1}'])
def test_invalid_message_is_an_error(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        decode(text)


@pytest.mark.parametrize(
    ("age", "expected"), [(timedelta(minutes=15), False), (timedelta(minutes=15, seconds=1), True)]
)
def test_import_is_waited_for_during_fifteen_minutes(age: timedelta, expected: bool) -> None:
    assert MESSAGE.is_abandoned(AT + age) is expected
