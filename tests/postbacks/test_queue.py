from datetime import timedelta

import pytest

from chalicelib.postbacks.queue import enqueue
from tests.builders import NOW
from tests.postbacks.rows import a_message, delays, make_queue, queued


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


def test_messages_are_queued_in_order() -> None:
    messages = [a_message(attempt=n) for n in range(1, 24)]
    enqueue(messages, NOW)
    assert queued() == messages


def test_message_is_delayed_until_it_is_due() -> None:
    seconds = [0, 5, 900, 3600]
    enqueue([a_message(due=NOW + timedelta(seconds=n)) for n in seconds], NOW)
    assert delays() == [0, 5, 900, 900]
