import json
import logging
import runpy
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import EventSourceHandler

from chalicelib import lambdas
from chalicelib.access.task_rows import past_deletions
from chalicelib.counters.merging import Kind, Task
from chalicelib.counters.merging import encode as merging_body
from chalicelib.emails.message import encode as email_body
from chalicelib.lambdas import (
    announce_conversions,
    approve_conversions,
    deliver_postbacks,
    finish_tasks,
    import_conversions,
    index_lists,
    learn,
    learn_pools,
    log_by_call,
    manage_domains,
    merge_partitions,
    queue_emails,
    send_emails,
    write_clicks,
)
from chalicelib.observability import logs
from chalicelib.optimizer.job_message import JobMessage
from chalicelib.optimizer.job_message import encode as run_body
from chalicelib.postbacks.delivery_message import encode as delivery_body
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.postbacks import PostbackDeliveryRow
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.tracking_domains import active_hosts
from chalicelib.tracking_domains import job as domains_job
from tests.advertiser import conversions, new_deal
from tests.conftest import Api, dynamodb
from tests.conversions.imports.queue import create_queue as make_imports_queue
from tests.conversions.imports.queue import post_rows, results, take_messages
from tests.emails.people import a_notification, a_user
from tests.emails.people import make_queue as make_emails_queue
from tests.emails.people import queued as queued_emails
from tests.optimizer.pools import AT, a_pool
from tests.optimizer.queue import create_queue as make_learning_queue
from tests.optimizer.queue import queued_messages as queued_runs
from tests.postbacks.rows import a_click, a_conversion, a_postback
from tests.postbacks.rows import a_message as a_delivery_message
from tests.postbacks.rows import make_queue as make_postbacks_queue
from tests.postbacks.rows import queued as queued_deliveries
from tests.tracking_domains.fake_aws import FakeAws, a_cloud
from tests.tracking_domains.rows import HOST, a_domain

pytestmark = pytest.mark.usefixtures("tables")


def messages(*bodies: str) -> dict[str, Any]:
    """Return an SQS event with numbered messages."""
    return {"Records": [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]}


def failures(response: dict[str, Any]) -> list[str]:
    """Return the numbers of the messages or records that Lambda sends again."""
    assert set(response) == {"batchItemFailures"}
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def failed_writes(*bodies: str) -> list[str]:
    return failures(write_clicks(messages(*bodies), None))


def failed_deliveries(*bodies: str) -> list[str]:
    return failures(deliver_postbacks(messages(*bodies), None))


def failed_runs(*bodies: str) -> list[str]:
    return failures(learn_pools(messages(*bodies), None))


# Click backlog


def a_click_message(click_id: str) -> str:
    """Return a click as a message of the backlog queue."""
    row = ClickRow(
        click_id,
        at=1_795_000_000_000,
        expires_at=1_829_560_000,
        code="abcde12345",
        route_id="sml_1",
        route_version=7,
        epoch=1,
        publisher_id="pub_1",
        outcome="offer",
        arm="weighted",
        device="mobile",
        os="ios",
    )
    return json.dumps(row.serialize())


def written() -> set[str]:
    return {row.click_id for row in ClickRow.scan()}


def test_each_click_of_a_batch_is_written() -> None:
    assert failed_writes(*(a_click_message(f"click {n}") for n in range(10))) == []
    assert written() == {f"click {n}" for n in range(10)}


def test_a_batch_delivered_twice_is_written_once() -> None:
    batch = [a_click_message("a"), a_click_message("b")]
    assert [failed_writes(*batch), failed_writes(*batch)] == [[], []]
    assert written() == {"a", "b"}


POISON = {
    "not JSON": "not json",
    "empty": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "an empty object": "{}",
    "a click without fields": '{"click_id": {"S": "poison"}}',
    "a field without a type": '{"click_id": "poison"}',
    "a field of another type": '{"click_id": {"N": "7"}}',
    "a time that is not a number": a_click_message("poison").replace("1795000000000", "soon"),
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_invalid_click_message_does_not_block_the_others(poison: str) -> None:
    assert failed_writes(a_click_message("a"), poison, a_click_message("b")) == ["1"]
    assert written() == {"a", "b"}


def test_click_rejected_again_is_received_again_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "smartlink")
    dynamodb().delete_table(TableName="smartlink-clicks")
    assert failed_writes(a_click_message("a"), a_click_message("b")) == ["0", "1"]
    assert caplog.text.count("failed") == 2


# Postbacks


@pytest.fixture(autouse=True)
def postbacks_queue(tables: None) -> None:
    make_postbacks_queue()


@pytest.fixture
def closed_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A closed loopback port that postbacks may call."""
    monkeypatch.setenv("POSTBACKS_TO_LOOPBACK", "1")
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def failed_records(*rows: Any) -> list[str]:
    """Return the first failed record, if any, from which Lambda reads the stream again."""
    records = [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(n), "NewImage": row.serialize()}}
        for n, row in enumerate(rows)
    ]
    return failures(announce_conversions({"Records": records}, None))


def test_log_lines_of_every_call_have_its_request() -> None:
    event = SimpleNamespace(context=SimpleNamespace(function_name="Learn", aws_request_id="8f5c"))
    assert log_by_call(event, lambda _: logs.call()) == {"function": "Learn", "request_id": "8f5c"}
    # As Lambda loads it: without the application, which would replace the middleware by its own.
    fresh = runpy.run_path(lambdas.__file__)
    handlers = {each for each in fresh.values() if isinstance(each, EventSourceHandler)}
    assert len(handlers) == 18
    assert all(handler.middleware_handlers == [fresh["log_by_call"]] for handler in handlers)


def test_changed_conversions_are_queued() -> None:
    a_postback().save()
    assert failed_records(a_conversion("cnv_1"), a_conversion("cnv_2")) == []
    assert [each.conversion_id for each in queued_deliveries()] == ["cnv_1", "cnv_2"]


def test_stream_is_read_again_from_the_record_that_failed() -> None:
    dynamodb().delete_table(TableName="smartlink-postbacks")
    assert failed_records(a_conversion("cnv_1"), a_conversion("cnv_2")) == ["0"]


def test_empty_batch_has_no_failures() -> None:
    assert failed_writes() == failed_records() == failed_deliveries() == failed_runs() == []


def test_failed_delivery_is_queued_for_its_next_attempt(closed_port: int) -> None:
    for row in (a_postback(url=f"http://localhost:{closed_port}/{{click_id}}"), a_conversion(), a_click()):
        row.save()
    assert failed_deliveries(delivery_body(a_delivery_message())) == []
    (delivery,) = PostbackDeliveryRow.scan(PostbackDeliveryRow.moment.exists())
    assert (delivery.status, delivery.url) == ("failed", f"http://localhost:{closed_port}/click-1")
    assert [each.attempt for each in queued_deliveries()] == [2]


def test_loopback_addresses_are_refused_by_default(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTBACKS_TO_LOOPBACK")
    for row in (a_postback(url=f"http://127.0.0.1:{closed_port}/"), a_conversion(), a_click()):
        row.save()
    assert failed_deliveries(delivery_body(a_delivery_message())) == []
    assert [each.status for each in PostbackDeliveryRow.scan(PostbackDeliveryRow.moment.exists())] == ["refused"]


@pytest.mark.parametrize("poison", ["", "not json", "[]", "{}", "null"])
def test_invalid_delivery_message_does_not_block_the_others(poison: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "smartlink")
    assert failed_deliveries(poison, delivery_body(a_delivery_message())) == ["0"]
    assert "message 0 failed" in caplog.text


def test_failed_delivery_message_is_received_again() -> None:
    dynamodb().delete_table(TableName="smartlink-postbacks")
    assert failed_deliveries(delivery_body(a_delivery_message())) == ["0"]


# Merging


def test_message_without_tasks_is_received_again_and_blocks_no_other() -> None:
    done, poison = merging_body([Task(Kind.REPORTS, "2026-11-21#0")]), "not json"
    assert failures(merge_partitions(messages(poison, done), None)) == ["0"]


# Optimization


TICK = {
    **dict.fromkeys(("version", "account", "region", "source", "id", "time", "detail-type"), ""),
    "detail": {},
    "resources": [],
}


def test_schedule_queues_the_optimized_smartlinks(admin: Api) -> None:
    make_learning_queue()
    pool, _ = a_pool(admin)
    assert learn(TICK, None) == {"pools": 1}
    (message,) = queued_runs()
    assert message.pools == (pool,)
    assert abs(message.at - datetime.now(UTC).timestamp()) < 60


def test_queued_smartlink_is_optimized(admin: Api) -> None:
    pool, _ = a_pool(admin)
    assert failed_runs(run_body(JobMessage(AT, (pool,)))) == []
    assert RouteRow.get(pool).weights_version


@pytest.mark.parametrize("poison", ["", "not json", "[]", "{}", "null"])
def test_invalid_run_message_does_not_block_the_others(admin: Api, poison: str) -> None:
    pool, _ = a_pool(admin)
    assert failed_runs(poison, run_body(JobMessage(AT, (pool,)))) == ["0"]
    assert RouteRow.get(pool).weights_version


def test_run_message_is_received_again_after_an_aws_error(tables: None) -> None:
    dynamodb().delete_table(TableName="smartlink-routes")
    assert failed_runs(run_body(JobMessage(AT, ("sml_1",)))) == ["0"]


# Conversions


def test_queued_import_is_recorded(admin: Api) -> None:
    make_imports_queue()
    import_id = post_rows(admin, [{"click_id": new_deal(admin).click()}])
    poison = "not json"
    assert failures(import_conversions(messages(*take_messages(), poison), None)) == ["1"]
    assert [each["result"] for each in results(admin, import_id)] == ["recorded"]


def test_schedule_approves_the_pending_conversions_that_are_due(admin: Api) -> None:
    deal = new_deal(admin, approval="manual", approve_after_days=1)
    for age in (2, 0):
        row = deal.kept(deal.click())
        row.approve_at -= age * 86_400_000
        row.save()
    assert [approve_conversions(TICK, None), approve_conversions(TICK, None)] == [{"approved": 1}, {"approved": 0}]
    assert sorted(str(row.status) for row in conversions().values()) == ["approved", "pending"]


@pytest.mark.usefixtures("tables")
def test_index_lists_tells_how_many_rows_it_saw() -> None:
    assert index_lists(TICK, None) == {"campaigns": 0, "publishers": 0, "smartlinks": 0, "applications": 0}


# E-mails


def test_notification_is_queued_and_sent(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_FROM", "network@smartlink.example")
    sent: list[str] = []
    monkeypatch.setattr("chalicelib.emails.ses.send", lambda _, address, **__: sent.append(address))
    make_emails_queue()
    a_user()
    record = {"SequenceNumber": "1", "NewImage": a_notification().serialize()}
    assert failures(queue_emails({"Records": [{"eventName": "INSERT", "dynamodb": record}]}, None)) == []
    assert failures(send_emails(messages("not json", *map(email_body, queued_emails())), None)) == ["0"]
    assert sent == ["usr_1@network.example"]


def test_stream_of_notifications_is_read_again_from_the_record_that_failed(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_FROM", "network@smartlink.example")
    record = {"SequenceNumber": "7", "NewImage": a_notification().serialize()}
    dynamodb().delete_table(TableName="smartlink-users")
    assert failures(queue_emails({"Records": [{"eventName": "INSERT", "dynamodb": record}]}, None)) == ["7"]


@pytest.mark.usefixtures("tables")
def test_schedule_finishes_the_tasks_of_smartlinks() -> None:
    past_deletions(datetime.now(UTC) - timedelta(minutes=1)).save()
    assert [finish_tasks(TICK, None), finish_tasks(TICK, None)] == [{"tasks": 1}, {"tasks": 0}]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("event", [TICK, {"Records": [{"eventName": "INSERT"}]}], ids=["schedule", "stream"])
def test_schedule_and_stream_take_the_next_steps_of_tracking_domains(
    event: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = FakeAws(issues_at_once=True)
    monkeypatch.setattr(domains_job, "cloud", lambda: a_cloud(aws))
    a_domain()
    assert [manage_domains(event, None), manage_domains(event, None)] == [{"domains": 1}, {"domains": 0}]
    assert active_hosts() == {HOST}
