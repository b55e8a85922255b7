from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import DoesNotExist, PutError, UpdateError

from chalicelib.postbacks.delivery import DeliveryDependencies, DeliveryInProgress, deliver, handle_message
from chalicelib.postbacks.delivery_message import DeliveryMessage, delivery_id, encode, next_attempt
from chalicelib.postbacks.http_client import HttpClientConfig
from chalicelib.postbacks.http_response import DeliveryOutcome
from chalicelib.postbacks.signature import signature
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.postbacks import PostbackDeliveryRow
from tests.builders import NOW
from tests.conftest import dynamodb
from tests.postbacks.rows import a_click, a_conversion, a_message, a_postback

OK = DeliveryOutcome(200, took_ms=120)
FAILS = DeliveryOutcome(500, "answered 500", took_ms=200)
REFUSED = DeliveryOutcome(error="refused: 10.0.0.1 is not a public address", is_refused=True)
URL = "https://pub.example/?cid=their%20id&p=1.50"


@dataclass(slots=True)
class Outside:
    """The world of a delivery: what was called and sent, and what each call answers (the last one again and again)."""

    answers: list[DeliveryOutcome] = field(default_factory=lambda: [OK])
    now: datetime = NOW
    calls: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    sent: list[DeliveryMessage] = field(default_factory=list)
    meanwhile: Callable[[], object] = field(default=lambda: None)

    def call(self, url: str, headers: Mapping[str, str]) -> DeliveryOutcome:
        self.calls.append((url, headers))
        self.meanwhile()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def deliver(self, message: DeliveryMessage) -> None:
        deliver(message, DeliveryDependencies(self.now, 0.0, self.call, self.sent.append))

    def deliver_all(self, message: DeliveryMessage) -> None:
        """The message and all that follow from it, each at its time."""
        self.sent.append(message)
        while self.sent:
            each = self.sent.pop(0)
            self.now = max(self.now, each.due)
            self.deliver(each)


@pytest.fixture(autouse=True)
def told(tables: None) -> None:
    """A postback, and a conversion of a click, for it to tell."""
    a_postback().save()
    a_conversion().save()
    a_click().save()


def deliveries() -> list[PostbackDeliveryRow]:
    return sorted(PostbackDeliveryRow.scan(), key=lambda row: row.moment)


def delivery(message: DeliveryMessage) -> dict[str, Any]:
    known: dict[str, Any] = PostbackDeliveryRow.get(delivery_id(message)).attribute_values
    return known


def notifications() -> list[NotificationRow]:
    return [row for row in NotificationRow.scan() if row.kind]


def claim(message: DeliveryMessage, seconds_ago: int) -> None:
    """Leaves the message's delivery claimed, and not finished."""
    outside = Outside(meanwhile=lambda: 1 / 0, now=NOW - timedelta(seconds=seconds_ago))
    with pytest.raises(ZeroDivisionError):
        outside.deliver(replace(message, due=outside.now))


# One call


def test_a_conversion_is_told_by_a_signed_call() -> None:
    outside = Outside()
    outside.deliver(a_message())
    ((url, headers),) = outside.calls
    assert url == URL
    assert headers["X-Smartlink-Timestamp"] == "1793795400"
    assert headers["X-Smartlink-Signature"] == f"v1={signature('5ec2e7', URL, 1_793_795_400)}"
    assert (outside.sent, notifications()) == ([], [])


def test_a_call_that_arrived_is_a_delivery() -> None:
    Outside().deliver(a_message())
    assert delivery(a_message()) == {
        "id": delivery_id(a_message()),
        "postback_id": "pbk_1",
        "publisher_id": "pub_1",
        "conversion_id": "cnv_1",
        "revision": 1,
        "series": "first",
        "attempt": 1,
        "url": URL,
        "status": "delivered",
        "http_status": 200,
        "claimed_at": 1_793_795_400,
        "at": "2026-11-04T12:30:00.000Z",
        "took_ms": 120,
        "postback_month": "pbk_1#2026-11",
        "moment": f"1793795400000#1#{delivery_id(a_message())}",
        "expires_at": 1_793_795_400 + 90 * 86_400,
    }


def test_a_test_tells_made_up_values() -> None:
    outside, message = Outside(), a_message(conversion_id=None, revision=None, series="tst_1")
    outside.deliver(message)
    assert outside.calls[0][0] == "https://pub.example/?cid=test-external-click&p=1.00"
    assert (delivery(message)["status"], delivery(message).get("conversion_id")) == ("delivered", None)


def test_a_click_that_is_no_longer_kept_is_told_of_without_its_labels() -> None:
    a_click().delete()
    outside = Outside()
    outside.deliver(a_message())
    assert outside.calls[0][0] == "https://pub.example/?cid=&p=1.50"


def test_the_url_is_that_of_the_postback_as_it_is_now() -> None:
    a_postback(url="https://new.example?{query}#top").save()
    outside = Outside()
    outside.deliver(a_message())
    assert outside.calls[0][0] == "https://new.example/?a=1&b=%20"


# What is not told


def test_a_message_far_from_due_is_sent_on_and_nothing_is_called() -> None:
    outside, message = Outside(), a_message(due=NOW + timedelta(seconds=2))
    outside.deliver(message)
    assert (outside.sent, outside.calls, deliveries()) == ([message], [], [])


def test_a_message_a_second_early_is_on_time() -> None:
    outside = Outside()
    outside.deliver(a_message(due=NOW + timedelta(seconds=1)))
    assert len(outside.calls) == 1


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(lambda: a_postback().delete(), id="the postback was deleted"),
        pytest.param(lambda: a_conversion().delete(), id="the conversion is no more"),
        pytest.param(lambda: a_conversion(revision=2, status="rejected").save(), id="the conversion was rejected"),
        pytest.param(lambda: a_conversion(revision=3).save(), id="a later approval has a message of its own"),
        pytest.param(lambda: a_conversion(publisher_id="pub_2").save(), id="the conversion is another publisher's"),
        pytest.param(lambda: a_postback(event="deposit").save(), id="the postback hears of other events by now"),
        pytest.param(lambda: a_postback(status="rejected").save(), id="the postback hears of reversals by now"),
    ],
)
def test_what_there_is_no_longer_to_tell_ends_quietly(gone: Callable[[], object]) -> None:
    gone()
    outside = Outside()
    outside.deliver(a_message())
    assert (outside.calls, outside.sent, deliveries(), notifications()) == ([], [], [], [])


# Once


def test_a_message_that_comes_twice_is_told_once() -> None:
    outside = Outside()
    outside.deliver(a_message())
    outside.deliver(a_message())
    assert len(outside.calls) == len(deliveries()) == 1


def test_a_message_that_comes_twice_asks_for_its_next_try_again() -> None:
    outside = Outside([FAILS])
    outside.deliver(a_message())
    outside.deliver(a_message())
    again = next_attempt(a_message(), NOW + timedelta(seconds=5.2))
    assert outside.sent == [again, again]
    assert len(outside.calls) == 1


def test_two_of_the_same_next_try_are_one_call() -> None:
    outside = Outside([FAILS, OK])
    for _ in range(2):
        outside.deliver(a_message())
    outside.now += timedelta(seconds=6)
    for each in list(outside.sent):
        outside.deliver(each)
    assert [row.status for row in deliveries()] == ["failed", "delivered"]
    assert len(outside.calls) == 2


def test_a_delivery_that_somebody_is_making_is_left_to_them() -> None:
    claim(a_message(), seconds_ago=60)
    outside = Outside()
    with pytest.raises(DeliveryInProgress):
        outside.deliver(a_message())
    assert outside.calls == []


def test_a_delivery_left_behind_is_taken_over() -> None:
    claim(a_message(), seconds_ago=61)
    outside = Outside()
    outside.deliver(a_message())
    assert len(outside.calls) == len(deliveries()) == 1
    assert (delivery(a_message())["status"], delivery(a_message())["claimed_at"]) == ("delivered", 1_793_795_400)


def test_a_delivery_left_behind_is_made_to_the_url_of_now() -> None:
    claim(a_message(), seconds_ago=61)
    a_postback(url="https://new.example/").save()
    outside = Outside()
    outside.deliver(a_message())
    assert outside.calls[0][0] == delivery(a_message())["url"] == "https://new.example/"


def test_only_one_of_two_takes_a_delivery_over(monkeypatch: pytest.MonkeyPatch) -> None:
    claim(a_message(), seconds_ago=61)
    stale = PostbackDeliveryRow.get(delivery_id(a_message()))
    Outside().deliver(a_message())
    monkeypatch.setattr(PostbackDeliveryRow, "get", lambda *_, **__: stale)
    outside = Outside()
    with pytest.raises(DeliveryInProgress):
        outside.deliver(a_message())
    assert outside.calls == []


def test_who_was_overtaken_during_the_call_leaves_the_rest_to_the_other() -> None:
    def overtake() -> None:
        row = PostbackDeliveryRow.get(delivery_id(a_message()))
        row.update([PostbackDeliveryRow.claimed_at.set(row.claimed_at + 61)])

    outside = Outside([FAILS], meanwhile=overtake)
    outside.deliver(a_message())
    assert delivery(a_message())["status"] == "sending"
    assert outside.sent == []


@pytest.mark.parametrize("death", ["before the next try is queued", "before the publisher is told"])
def test_who_dies_after_the_call_loses_nothing(death: str) -> None:
    last = a_message(attempt=8) if "told" in death else a_message()
    Outside([FAILS]).deliver(last)
    for row in NotificationRow.scan():
        row.delete()
    outside = Outside()
    outside.deliver(last)
    assert outside.calls == []
    assert (len(outside.sent), len(notifications())) == ((0, 1) if "told" in death else (1, 0))


# Again, and the end


def test_a_failed_try_says_why_and_when_the_next_one_is() -> None:
    outside = Outside([FAILS])
    outside.deliver(a_message())
    found = delivery(a_message())
    assert [found[name] for name in ("status", "http_status", "error", "next_try_at")] == [
        "failed",
        500,
        "answered 500",
        "2026-11-04T12:30:05.200Z",
    ]
    assert outside.sent == [next_attempt(a_message(), NOW + timedelta(seconds=5.2))]


def test_a_receiver_that_fails_twice_is_told_at_the_third_try() -> None:
    outside = Outside([FAILS, FAILS, OK])
    outside.deliver_all(a_message())
    assert [(row.attempt, row.status) for row in deliveries()] == [(1, "failed"), (2, "failed"), (3, "delivered")]
    assert outside.now == NOW + timedelta(seconds=35.4)
    assert notifications() == []


def test_a_receiver_that_never_takes_it_is_given_up_after_eight_tries() -> None:
    outside = Outside([FAILS])
    outside.deliver_all(a_message())
    assert [row.status for row in deliveries()] == ["failed"] * 7 + ["dead"]
    assert deliveries()[-1].next_try_at is None
    assert outside.now - NOW == timedelta(seconds=83_915 + 7 * 0.2)


def test_the_publisher_is_told_of_a_series_given_up() -> None:
    last = a_message(attempt=8)
    Outside([FAILS]).deliver(last)
    (notification,) = notifications()
    assert (notification.owner_year, notification.kind) == ("pub_1#2026", "postback_failing")
    assert notification.subject == {
        "postback_id": "pbk_1",
        "delivery_id": delivery_id(last),
        "conversion_id": "cnv_1",
    }
    assert notification.text == "A postback to pub.example could not be delivered and was given up: answered 500"


def test_many_series_given_up_are_told_once_a_day() -> None:
    for n in range(3):
        Outside([FAILS]).deliver(a_message(attempt=8, series=f"rpl_{n}"))
    assert len(notifications()) == 1
    Outside([FAILS], now=NOW + timedelta(days=1)).deliver(a_message(attempt=8, series="rpl_3"))
    assert len(notifications()) == 2


def test_a_refused_address_is_final_at_once_and_told() -> None:
    outside = Outside([REFUSED])
    outside.deliver(a_message())
    found = delivery(a_message())
    assert (found["status"], found["error"], found.get("next_try_at")) == ("refused", REFUSED.error, None)
    assert outside.sent == []
    assert len(notifications()) == 1


def test_an_error_without_an_answer_has_no_status() -> None:
    Outside([DeliveryOutcome(error="took longer than 5 s", took_ms=5000)]).deliver(a_message())
    assert (delivery(a_message()).get("http_status"), delivery(a_message())["took_ms"]) == (None, 5000)


def test_a_replay_is_a_series_of_its_own() -> None:
    outside = Outside()
    outside.deliver(a_message())
    outside.deliver(a_message(series="rpl_1"))
    assert [row.series for row in deliveries()] in (["first", "rpl_1"], ["rpl_1", "first"])


# Faults


def test_a_table_that_does_not_answer_brings_the_message_again() -> None:
    dynamodb().delete_table(TableName="smartlink-postback_deliveries")
    outside = Outside()
    with pytest.raises(PutError):
        outside.deliver(a_message())
    assert outside.calls == []


def test_a_result_that_cannot_be_written_brings_the_message_again() -> None:
    outside = Outside(meanwhile=lambda: dynamodb().delete_table(TableName="smartlink-postback_deliveries"))
    with pytest.raises(UpdateError):
        outside.deliver(a_message())
    assert outside.sent == []


def test_a_delivery_deleted_meanwhile_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    claim(a_message(), seconds_ago=61)

    def gone(*_: object, **__: object) -> None:
        raise DoesNotExist

    monkeypatch.setattr(PostbackDeliveryRow, "get", gone)
    with pytest.raises(DoesNotExist):
        Outside().deliver(a_message())


# In the Lambda


def test_a_message_of_the_queue_is_delivered_with_the_real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[HttpClientConfig] = []

    def called(_url: str, _headers: Mapping[str, str], way: HttpClientConfig) -> DeliveryOutcome:
        ways.append(way)
        return OK

    monkeypatch.setattr("chalicelib.postbacks.http_client.get", called)
    handle_message(encode(replace(a_message(), due=NOW - timedelta(days=365))))
    assert delivery(a_message())["status"] == "delivered"
    assert [(way.seconds, way.loopback_allowed) for way in ways] == [(5.0, False)]
