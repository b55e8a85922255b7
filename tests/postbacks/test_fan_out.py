from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.postbacks.fan_out import fan_out
from chalicelib.postbacks.queue import enqueue
from tests.builders import NOW
from tests.conftest import dynamodb
from tests.postbacks.rows import a_conversion, a_message, a_postback, delays, make_queue, queued


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


def a_record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a stream record as the Lambda receives it."""
    return a_record_of(number, a_conversion(**changes).serialize())


def a_record_of(number: int, image: Any) -> dict[str, Any]:
    return {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": str(number), "NewImage": image}}


def test_conversion_is_queued_for_each_matching_postback() -> None:
    for row in (a_postback("pbk_1"), a_postback("pbk_2", event="deposit"), a_postback("pbk_3", status="*")):
        row.save()
    a_postback("pbk_4", publisher_id="pub_2").save()
    assert fan_out([a_record()], NOW) is None
    assert queued() == [a_message(), a_message(postback_id="pbk_3")]
    assert delays() == [0, 0]


def test_rejection_is_queued_as_a_new_revision() -> None:
    a_postback(status="*").save()
    fan_out([a_record(1), a_record(2, status="rejected", revision=2)], NOW)
    assert queued() == [a_message(), a_message(revision=2)]


def test_approval_of_a_pending_conversion_is_queued_as_a_new_revision() -> None:
    a_postback().save()
    a_postback("pbk_2", status="pending").save()
    fan_out([a_record(1, status="pending"), a_record(2, status="approved", revision=2)], NOW)
    assert queued() == [a_message(postback_id="pbk_2"), a_message(revision=2)]


def test_event_that_is_no_goal_is_not_queued() -> None:
    a_postback(status="*").save()
    assert fan_out([a_record(goal=None, status=None)], NOW) is None
    assert queued() == []


def test_publisher_without_postbacks_gets_no_message() -> None:
    assert fan_out([a_record()], NOW) is None
    assert queued() == []


def test_twenty_postbacks_get_one_message_each() -> None:
    for n in range(20):
        a_postback(f"pbk_{n:02d}").save()
    fan_out([a_record()], NOW)
    assert [message.postback_id for message in queued()] == [f"pbk_{n:02d}" for n in range(20)]


def test_repeated_record_queues_the_same_messages() -> None:
    a_postback().save()
    fan_out([a_record()], NOW)
    fan_out([a_record()], NOW)
    assert queued() == [a_message(), a_message()]


def test_removed_conversion_is_skipped() -> None:
    a_postback().save()
    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": "cnv_1"}}}}
    assert fan_out([removed, a_record(2)], NOW) is None
    assert len(queued()) == 1


BROKEN = {
    "nothing": {},
    "no stream record": {"dynamodb": {}},
    "not an image": a_record_of(1, "text"),
    "an unknown image": a_record_of(1, {"x": {"S": "y"}}),
    "an incomplete conversion": a_record_of(1, {"id": {"S": "cnv_1"}, "publisher_id": {"S": "pub_1"}}),
    "a number that is text": a_record_of(1, {**a_conversion().serialize(), "revision": {"N": "one"}}),
    "another type": a_record_of(1, {**a_conversion().serialize(), "publisher_id": {"N": "1"}}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_record_that_is_no_conversion_is_skipped(broken: dict[str, Any]) -> None:
    a_postback().save()
    assert fan_out([broken, a_record(2)], NOW) is None
    assert len(queued()) == 1


def test_record_that_is_no_conversion_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    fan_out([a_record_of(1, {"x": {"S": "y"}})], NOW)
    assert [record.message for record in caplog.records] == [
        "a stream record of the conversions table is not a conversion"
    ]


def test_first_record_that_fails_stops_the_batch() -> None:
    a_postback().save()
    a_postback(publisher_id="pub_2").save()
    dynamodb().delete_table(TableName="smartlink-postbacks")
    assert fan_out([a_record(7), a_record(8, publisher_id="pub_2")], NOW) == "7"
    assert queued() == []


def test_records_before_the_failure_are_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    a_postback().save()
    monkeypatch.setattr("chalicelib.postbacks.fan_out.enqueue", enqueue_failing_at("cnv_2"))
    records = [a_record(5, conversion_id="cnv_1"), a_record(6, conversion_id="cnv_2"), a_record(7)]
    assert fan_out(records, NOW) == "6"
    assert [message.conversion_id for message in queued()] == ["cnv_1"]


def enqueue_failing_at(conversion_id: str) -> Any:
    def enqueue_or_fail(messages: Any, now: Any) -> None:
        if any(message.conversion_id == conversion_id for message in messages):
            raise RuntimeError
        enqueue(messages, now)

    return enqueue_or_fail


@given(st.dictionaries(st.text(max_size=5), st.dictionaries(st.sampled_from(["S", "N", "M", "?"]), st.text())))
def test_no_image_breaks_the_stream(image: dict[str, Any]) -> None:
    with mock_aws():
        assert fan_out([a_record_of(1, image)], NOW) is None
