from datetime import UTC, datetime

import pytest

from chalicelib.optimizer.job_message import JobMessage, messages, read, written

NOON = datetime(2026, 11, 21, 12, 0, 0, 900_000, tzinfo=UTC)
AT = 1_795_262_400


def test_a_round_is_queued_twenty_five_pools_at_a_time() -> None:
    pools = [f"sml_{n}" for n in range(51)]
    found = list(messages(pools, NOON))
    assert [len(each.pools) for each in found] == [25, 25, 1]
    assert [pool for each in found for pool in each.pools] == pools
    assert {each.at for each in found} == {AT}


def test_without_pools_there_is_nothing_to_queue() -> None:
    assert list(messages([], NOON)) == []


def test_a_message_is_read_as_it_was_written() -> None:
    message = JobMessage(AT, ("sml_1", "sml_2"))
    assert written(message) == '{"at":1795262400,"pools":["sml_1","sml_2"]}'
    assert read(written(message)) == message


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"at": "soon", "pools": []}', '{"at": 1}', '{"pools": []}'])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        read(text)
