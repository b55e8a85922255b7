from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import DoesNotExist, PutError, UpdateError

from chalicelib.postbacks.delivery import DeliveryDependencies, DeliveryInProgress, deliver, handle_message
from chalicelib.postbacks.delivery_lists import list_of
from chalicelib.postbacks.delivery_message import DeliveryMessage, delivery_id, encode, next_attempt, queue_delay
from chalicelib.postbacks.http_client import HttpClientConfig
from chalicelib.postbacks.http_response import DeliveryOutcome
from chalicelib.postbacks.signature import signature
from chalicelib.tables.notifications import NotificationRow
from chalicelib.tables.postbacks import PostbackDeliveryRow
from tests.builders import NOW
from tests.conftest import dynamodb
from tests.emitted import emitted
from tests.postbacks.rows import a_click, a_conversion, a_message, a_postback

OK = DeliveryOutcome(200, took_ms=120)
FAILS = DeliveryOutcome(500, "The server responded with status 500.", took_ms=200)
REFUSED = DeliveryOutcome(error="Refused: 10.0.0.1 is not a public address.", is_refused=True)
URL = "https://pub.example/?cid=their%20id&p=1.50"


@dataclass(slots=True)
class Fakes:
    """Fake HTTP client and queue. Requests get the `responses` in order; the last one repeats."""

    responses: list[DeliveryOutcome] = field(default_factory=lambda: [OK])
    now: datetime = NOW
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    queued: list[DeliveryMessage] = field(default_factory=list)
    during_request: Callable[[], object] = field(default=lambda: None)

    def http_get(self, url: str, headers: Mapping[str, str]) -> DeliveryOutcome:
        self.requests.append((url, headers))
        self.during_request()
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]

    def deliver(self, message: DeliveryMessage) -> None:
        deliver(message, DeliveryDependencies(self.now, 0.0, self.http_get, self.queued.append))

    def deliver_all(self, message: DeliveryMessage) -> None:
        """Deliver the message and all messages that follow, each when it is due."""
        self.queued.append(message)
        while self.queued:
            next_message = self.queued.pop(0)
            self.now = max(self.now, next_message.due)
            self.deliver(next_message)


@pytest.fixture(autouse=True)
def stored_rows(tables: None) -> None:
    """Store a postback, a conversion that matches it, and the conversion's click."""
    a_postback().save()
    a_conversion().save()
    a_click().save()


def deliveries() -> list[PostbackDeliveryRow]:
    return sorted(PostbackDeliveryRow.scan(PostbackDeliveryRow.moment.exists()), key=lambda row: row.moment)


def delivery(message: DeliveryMessage) -> dict[str, Any]:
    fields: dict[str, Any] = PostbackDeliveryRow.get(delivery_id(message)).attribute_values
    return fields


def notifications() -> list[NotificationRow]:
    return [row for row in NotificationRow.scan() if row.kind]


def claim(message: DeliveryMessage, seconds_ago: int) -> None:
    """Leave the message's delivery claimed and unfinished."""
    fakes = Fakes(during_request=lambda: 1 / 0, now=NOW - timedelta(seconds=seconds_ago))
    with pytest.raises(ZeroDivisionError):
        fakes.deliver(replace(message, due=fakes.now))


# One request


def test_conversion_is_sent_in_a_signed_request() -> None:
    fakes = Fakes()
    fakes.deliver(a_message())
    ((url, headers),) = fakes.requests
    assert url == URL
    assert headers["X-Smartlink-Timestamp"] == "1793795400"
    assert headers["X-Smartlink-Signature"] == f"v1={signature('5ec2e7', URL, 1_793_795_400)}"
    assert (fakes.queued, notifications()) == ([], [])


def test_successful_request_is_recorded_as_delivered() -> None:
    Fakes().deliver(a_message())
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
        "status_shard": list_of("delivered", "pub_1"),
        "http_status": 200,
        "claimed_at": 1_793_795_400,
        "at": "2026-11-04T12:30:00.000Z",
        "took_ms": 120,
        "postback_month": "pbk_1#2026-11",
        "moment": f"1793795400000#1#{delivery_id(a_message())}",
        "expires_at": 1_793_795_400 + 90 * 86_400,
    }


def test_test_postback_sends_sample_values() -> None:
    fakes, message = Fakes(), a_message(conversion_id=None, revision=None, series="tst_1")
    fakes.deliver(message)
    assert fakes.requests[0][0] == "https://pub.example/?cid=test-external-click&p=1.00"
    assert (delivery(message)["status"], delivery(message).get("conversion_id")) == ("delivered", None)


def test_expired_click_leaves_its_macros_empty() -> None:
    a_click().delete()
    fakes = Fakes()
    fakes.deliver(a_message())
    assert fakes.requests[0][0] == "https://pub.example/?cid=&p=1.50"


def test_current_url_of_the_postback_is_used() -> None:
    a_postback(url="https://new.example?{query}#top").save()
    fakes = Fakes()
    fakes.deliver(a_message())
    assert fakes.requests[0][0] == "https://new.example/?a=1&b=%20"


# No request


def test_message_before_its_due_time_is_queued_again() -> None:
    fakes, message = Fakes(), a_message(due=NOW + timedelta(seconds=2))
    fakes.deliver(message)
    assert (fakes.queued, fakes.requests, deliveries()) == ([message], [], [])


def test_message_one_second_early_is_delivered() -> None:
    fakes = Fakes()
    fakes.deliver(a_message(due=NOW + timedelta(seconds=1)))
    assert len(fakes.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: a_postback().delete(), id="the postback was deleted"),
        pytest.param(lambda: a_conversion().delete(), id="the conversion was deleted"),
        pytest.param(lambda: a_conversion(revision=2, status="rejected").save(), id="the conversion was rejected"),
        pytest.param(lambda: a_conversion(revision=3).save(), id="a later approval has a message of its own"),
        pytest.param(
            lambda: a_conversion(publisher_id="pub_2").save(), id="the conversion belongs to another publisher"
        ),
        pytest.param(lambda: a_postback(event="deposit").save(), id="the postback now filters for other events"),
        pytest.param(lambda: a_postback(status="rejected").save(), id="the postback now filters for rejections"),
    ],
)
def test_message_without_matching_conversion_is_dropped(change: Callable[[], object]) -> None:
    change()
    fakes = Fakes()
    fakes.deliver(a_message())
    assert (fakes.requests, fakes.queued, deliveries(), notifications()) == ([], [], [], [])


# Exactly one request


def test_repeated_message_sends_one_request() -> None:
    fakes = Fakes()
    fakes.deliver(a_message())
    fakes.deliver(a_message())
    assert len(fakes.requests) == len(deliveries()) == 1


def test_repeated_message_queues_its_retry_again() -> None:
    fakes = Fakes([FAILS])
    fakes.deliver(a_message())
    fakes.deliver(a_message())
    again = next_attempt(a_message(), NOW + timedelta(seconds=5.2))
    assert fakes.queued == [again, again]
    assert len(fakes.requests) == 1


def test_two_copies_of_a_retry_send_one_request() -> None:
    fakes = Fakes([FAILS, OK])
    for _ in range(2):
        fakes.deliver(a_message())
    fakes.now += timedelta(seconds=6)
    for retry in list(fakes.queued):
        fakes.deliver(retry)
    assert [row.status for row in deliveries()] == ["failed", "delivered"]
    assert len(fakes.requests) == 2


def test_delivery_claimed_by_another_process_raises() -> None:
    claim(a_message(), seconds_ago=60)
    fakes = Fakes()
    with pytest.raises(DeliveryInProgress):
        fakes.deliver(a_message())
    assert fakes.requests == []


def test_expired_claim_is_taken_over() -> None:
    claim(a_message(), seconds_ago=61)
    fakes = Fakes()
    fakes.deliver(a_message())
    assert len(fakes.requests) == len(deliveries()) == 1
    assert (delivery(a_message())["status"], delivery(a_message())["claimed_at"]) == ("delivered", 1_793_795_400)


def test_taken_over_delivery_uses_the_current_url() -> None:
    claim(a_message(), seconds_ago=61)
    a_postback(url="https://new.example/").save()
    fakes = Fakes()
    fakes.deliver(a_message())
    assert fakes.requests[0][0] == delivery(a_message())["url"] == "https://new.example/"


def test_only_one_of_two_processes_takes_a_delivery_over(monkeypatch: pytest.MonkeyPatch) -> None:
    claim(a_message(), seconds_ago=61)
    stale = PostbackDeliveryRow.get(delivery_id(a_message()))
    Fakes().deliver(a_message())
    monkeypatch.setattr(PostbackDeliveryRow, "get", lambda *_, **__: stale)
    fakes = Fakes()
    with pytest.raises(DeliveryInProgress):
        fakes.deliver(a_message())
    assert fakes.requests == []


def test_process_that_lost_its_claim_records_and_queues_nothing() -> None:
    def take_over() -> None:
        row = PostbackDeliveryRow.get(delivery_id(a_message()))
        row.update([PostbackDeliveryRow.claimed_at.set(row.claimed_at + 61)])

    fakes = Fakes([FAILS], during_request=take_over)
    fakes.deliver(a_message())
    assert delivery(a_message())["status"] == "sending"
    assert fakes.queued == []


@pytest.mark.parametrize("step", ["retry", "notification"])
def test_crash_after_the_request_loses_no_follow_up(step: str) -> None:
    message = a_message(attempt=8) if step == "notification" else a_message()
    Fakes([FAILS]).deliver(message)
    for row in NotificationRow.scan():
        row.delete()
    fakes = Fakes()
    fakes.deliver(message)
    assert fakes.requests == []
    assert (len(fakes.queued), len(notifications())) == ((0, 1) if step == "notification" else (1, 0))


# Retries and final failures


def test_failed_attempt_records_its_error_and_next_attempt() -> None:
    fakes = Fakes([FAILS])
    fakes.deliver(a_message())
    row = delivery(a_message())
    assert [row[name] for name in ("status", "http_status", "error", "next_try_at")] == [
        "failed",
        500,
        "The server responded with status 500.",
        "2026-11-04T12:30:05.200Z",
    ]
    assert fakes.queued == [next_attempt(a_message(), NOW + timedelta(seconds=5.2))]


def test_third_attempt_succeeds_after_two_failures() -> None:
    fakes = Fakes([FAILS, FAILS, OK])
    fakes.deliver_all(a_message())
    assert [(row.attempt, row.status) for row in deliveries()] == [(1, "failed"), (2, "failed"), (3, "delivered")]
    assert fakes.now == NOW + timedelta(seconds=35.4)
    assert notifications() == []


def test_delivery_is_dead_after_eight_failures(capsys: pytest.CaptureFixture[str]) -> None:
    fakes = Fakes([FAILS])
    fakes.deliver_all(a_message())
    assert [row.status for row in deliveries()] == ["failed"] * 7 + ["dead"]
    assert emitted(capsys)["DeliveriesDead"] == 1
    assert deliveries()[-1].next_try_at is None
    assert fakes.now - NOW == timedelta(seconds=83_915 + 7 * 0.2)


def test_eight_tries_take_97_rounds_of_queue_and_lambda() -> None:
    # AWS stops a chain after 16 rounds unless the function has `RecursiveLoop: Allow`.
    fakes, rounds = Fakes([FAILS], queued=[a_message()]), 0
    while fakes.queued:
        message, rounds = fakes.queued.pop(0), rounds + 1
        fakes.now += timedelta(seconds=queue_delay(message, fakes.now))
        fakes.deliver(message)
    assert (rounds, len(fakes.requests), deliveries()[-1].status) == (97, 8, "dead")


def notified_kinds(times: int) -> list[str]:
    """Let an attempt fail a number of times, and return the kinds of the notifications."""
    fakes = Fakes([FAILS])
    fakes.queued.append(a_message())
    for _ in range(times):
        message = fakes.queued.pop(0)
        fakes.now = max(fakes.now, message.due)
        for _ in range(2):  # received twice
            fakes.deliver(message)
            del fakes.queued[1:]
    return sorted(str(row.kind) for row in notifications())


@pytest.mark.parametrize(
    ("failed", "kinds"),
    [(2, []), (3, ["postback_failing"]), (7, ["postback_failing"]), (8, ["delivery_dead", "postback_failing"])],
)
def test_publisher_is_notified_of_the_third_failure_in_a_row_and_of_the_dead_delivery(
    failed: int, kinds: list[str]
) -> None:
    assert list(dict.fromkeys(notified_kinds(failed))) == kinds


def test_failures_of_different_deliveries_are_in_a_row() -> None:
    for n in range(3):
        assert notifications() == []
        Fakes([FAILS]).deliver(a_message(series=f"rpl_{n}"))
    assert [row.kind for row in notifications()] == ["postback_failing"]


def test_success_ends_the_failures_in_a_row() -> None:
    for n, outcome in enumerate([FAILS, FAILS, OK, FAILS, FAILS]):
        Fakes([outcome]).deliver(a_message(series=f"rpl_{n}"))
    assert notifications() == []


def test_publisher_is_notified_once_per_postback_and_day() -> None:
    for n in range(3):
        Fakes([FAILS]).deliver(a_message(attempt=8, series=f"rpl_{n}"))
    assert sorted(row.kind for row in notifications()) == ["delivery_dead", "postback_failing"]
    Fakes([FAILS], now=NOW + timedelta(days=1)).deliver(a_message(attempt=8, series="rpl_3"))
    assert len(notifications()) == 4


def test_refused_address_is_final_and_notified() -> None:
    fakes = Fakes([REFUSED])
    fakes.deliver(a_message())
    row = delivery(a_message())
    assert (row["status"], row["error"], row.get("next_try_at")) == ("refused", REFUSED.error, None)
    assert fakes.queued == []
    assert len(notifications()) == 1


def test_error_without_response_has_no_http_status() -> None:
    Fakes([DeliveryOutcome(error="No complete response within 5 s.", took_ms=5000)]).deliver(a_message())
    assert (delivery(a_message()).get("http_status"), delivery(a_message())["took_ms"]) == (None, 5000)


def test_replay_is_a_separate_series() -> None:
    fakes = Fakes()
    fakes.deliver(a_message())
    fakes.deliver(a_message(series="rpl_1"))
    assert [row.series for row in deliveries()] in (["first", "rpl_1"], ["rpl_1", "first"])


# Table errors


def test_unavailable_table_raises_before_the_request() -> None:
    dynamodb().delete_table(TableName="smartlink-postback_deliveries")
    fakes = Fakes()
    with pytest.raises(PutError):
        fakes.deliver(a_message())
    assert fakes.requests == []


def test_unavailable_table_raises_after_the_request() -> None:
    fakes = Fakes(during_request=lambda: dynamodb().delete_table(TableName="smartlink-postback_deliveries"))
    with pytest.raises(UpdateError):
        fakes.deliver(a_message())
    assert fakes.queued == []


def test_delivery_deleted_after_the_claim_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    claim(a_message(), seconds_ago=61)

    def raise_missing(*_: object, **__: object) -> None:
        raise DoesNotExist

    monkeypatch.setattr(PostbackDeliveryRow, "get", raise_missing)
    with pytest.raises(DoesNotExist):
        Fakes().deliver(a_message())


# In the Lambda


def test_queue_message_is_delivered_with_the_real_clock_and_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    configs: list[HttpClientConfig] = []

    def fake_get(_url: str, _headers: Mapping[str, str], config: HttpClientConfig) -> DeliveryOutcome:
        configs.append(config)
        return OK

    monkeypatch.setattr("chalicelib.postbacks.http_client.get", fake_get)
    handle_message(encode(replace(a_message(), due=NOW - timedelta(days=365))))
    assert delivery(a_message())["status"] == "delivered"
    assert [(config.timeout_seconds, config.loopback_allowed) for config in configs] == [(5.0, False)]
