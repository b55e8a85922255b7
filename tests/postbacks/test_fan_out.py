from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.postbacks.fan_out import fan_out
from chalicelib.postbacks.queue import send
from tests.builders import NOW
from tests.conftest import dynamodb
from tests.postbacks.rows import a_conversion, a_message, a_postback, delays, make_queue, queued


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    make_queue()


def a_record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A record of the stream, as Lambda gets it."""
    return an_image(number, a_conversion(**changes).serialize())


def an_image(number: int, image: Any) -> dict[str, Any]:
    return {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": str(number), "NewImage": image}}


def test_a_conversion_is_announced_to_each_postback_that_wants_it() -> None:
    for row in (a_postback("pbk_1"), a_postback("pbk_2", event="deposit"), a_postback("pbk_3", status="*")):
        row.save()
    a_postback("pbk_4", publisher_id="pub_2").save()
    assert fan_out([a_record()], NOW) is None
    assert queued() == [a_message(), a_message(postback_id="pbk_3")]
    assert delays() == [0, 0]


def test_a_reversal_is_announced_as_a_revision_of_its_own() -> None:
    a_postback(status="*").save()
    fan_out([a_record(1), a_record(2, status="rejected", revision=2)], NOW)
    assert queued() == [a_message(), a_message(revision=2)]


def test_a_publisher_without_postbacks_hears_nothing() -> None:
    assert fan_out([a_record()], NOW) is None
    assert queued() == []


def test_twenty_postbacks_all_hear_of_it() -> None:
    for n in range(20):
        a_postback(f"pbk_{n:02d}").save()
    fan_out([a_record()], NOW)
    assert [each.postback_id for each in queued()] == [f"pbk_{n:02d}" for n in range(20)]


def test_a_record_read_again_asks_for_the_same_deliveries() -> None:
    a_postback().save()
    fan_out([a_record()], NOW)
    fan_out([a_record()], NOW)
    assert queued() == [a_message(), a_message()]


def test_a_removed_conversion_is_passed_over() -> None:
    a_postback().save()
    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": "cnv_1"}}}}
    assert fan_out([removed, a_record(2)], NOW) is None
    assert len(queued()) == 1


BROKEN = {
    "nothing": {},
    "no stream record": {"dynamodb": {}},
    "not an image": an_image(1, "text"),
    "an image of nothing we know": an_image(1, {"x": {"S": "y"}}),
    "a part of a conversion": an_image(1, {"id": {"S": "cnv_1"}, "publisher_id": {"S": "pub_1"}}),
    "a figure that is none": an_image(1, {**a_conversion().serialize(), "revision": {"N": "one"}}),
    "another type": an_image(1, {**a_conversion().serialize(), "publisher_id": {"N": "1"}}),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_no_conversion_holds_up_nobody(broken: dict[str, Any]) -> None:
    a_postback().save()
    assert fan_out([broken, a_record(2)], NOW) is None
    assert len(queued()) == 1


def test_a_broken_record_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    fan_out([an_image(1, {"x": {"S": "y"}})], NOW)
    assert [each.message for each in caplog.records] == ["a record of the conversions' stream is no conversion"]


def test_the_first_record_that_cannot_be_announced_stops_the_rest() -> None:
    a_postback().save()
    a_postback(publisher_id="pub_2").save()
    dynamodb().delete_table(TableName="smartlink-postbacks")
    assert fan_out([a_record(7), a_record(8, publisher_id="pub_2")], NOW) == "7"
    assert queued() == []


def test_what_came_before_the_failure_stays_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    a_postback().save()
    monkeypatch.setattr("chalicelib.postbacks.fan_out.send", sending_until("cnv_2"))
    records = [a_record(5, conversion_id="cnv_1"), a_record(6, conversion_id="cnv_2"), a_record(7)]
    assert fan_out(records, NOW) == "6"
    assert [each.conversion_id for each in queued()] == ["cnv_1"]


def sending_until(conversion_id: str) -> Any:
    def refusing(messages: Any, now: Any) -> None:
        if any(each.conversion_id == conversion_id for each in messages):
            raise RuntimeError
        send(messages, now)

    return refusing


@given(st.dictionaries(st.text(max_size=5), st.dictionaries(st.sampled_from(["S", "N", "M", "?"]), st.text())))
def test_no_image_breaks_the_stream(image: dict[str, Any]) -> None:
    with mock_aws():
        assert fan_out([an_image(1, image)], NOW) is None
