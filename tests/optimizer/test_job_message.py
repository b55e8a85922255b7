from datetime import UTC, datetime

import pytest

from chalicelib.optimizer.job_message import JobMessage, decode, encode, messages

NOON = datetime(2026, 11, 21, 12, 0, 0, 900_000, tzinfo=UTC)
AT = 1_795_262_400


def test_message_holds_at_most_25_pools() -> None:
    pools = [f"sml_{n}" for n in range(51)]
    queued = list(messages(pools, NOON))
    assert [len(message.pools) for message in queued] == [25, 25, 1]
    assert [pool for message in queued for pool in message.pools] == pools
    assert {message.at for message in queued} == {AT}


def test_no_pools_make_no_message() -> None:
    assert list(messages([], NOON)) == []


def test_message_survives_encoding() -> None:
    message = JobMessage(AT, ("sml_1", "sml_2"))
    assert encode(message) == '{"at":1795262400,"pools":["sml_1","sml_2"]}'
    assert decode(encode(message)) == message


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"at": "soon", "pools": []}', '{"at": 1}', '{"pools": []}'])
def test_invalid_message_is_rejected(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        decode(text)
