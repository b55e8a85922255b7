from datetime import timedelta

import pytest

from chalicelib.postbacks.queue import send
from tests.builders import NOW
from tests.postbacks.rows import a_message, delays, make_queue, queued


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


def test_messages_go_in_in_their_order_however_many() -> None:
    messages = [a_message(attempt=n) for n in range(1, 24)]
    send(messages, NOW)
    assert queued() == messages


def test_a_message_is_held_back_until_it_is_due() -> None:
    seconds = [0, 5, 900, 3600]
    send([a_message(due=NOW + timedelta(seconds=each)) for each in seconds], NOW)
    assert delays() == [0, 5, 900, 900]
