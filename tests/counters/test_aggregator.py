"""The aggregator on moto: counters equal clicks. tests/archive/test_exactly_once.py kills it and interleaves it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import TransactWriteError

from chalicelib import settings as stack_settings
from chalicelib import sqs
from chalicelib.archive import objects
from chalicelib.clicks import id_lists
from chalicelib.counters import aggregator, cells, detail_blocks, detail_cells, detail_places, stream_batch
from chalicelib.counters.cells import Cell, Cells
from chalicelib.counters.column_codec import decode
from chalicelib.counters.learning_cells import LAYOUT, LearningCell, LearningCells
from chalicelib.lambdas import count_clicks
from chalicelib.reporting import detail_reader
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.counters import BatchClaimRow, CounterBlockRow, StreamBatchRow
from chalicelib.tables.notifications import NotificationRow
from tests.advertiser import holds_reports
from tests.archive import archived
from tests.emitted import emitted

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = int(NOW.timestamp() * 1000)


THROTTLED = TransactWriteError("throttled")


@pytest.fixture(autouse=True)
def queues(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A queue for records that cannot be counted."""
    sqs.client.cache_clear()
    queue = boto3.client("sqs").create_queue(QueueName="poison-records")
    monkeypatch.setenv("POISON_RECORDS_QUEUE_URL", queue["QueueUrl"])
    yield
    sqs.client.cache_clear()


def a_click(n: int, **changes: Any) -> ClickRow:
    fields = {
        "at": AT + 1000 * n,
        "expires_at": 0,
        "code": "abcde12345",
        "route_id": "cmp_0" if n % 13 == 12 else f"sml_{n % 2}",
        "route_version": 1,
        "epoch": 1,
        "publisher_id": f"pub_{n % 3}",
        "outcome": "catch_all" if n % 9 == 8 else "offer",
        "campaign_id": f"cmp_{n % 2}",
        "refusals": "-",
        "arm": ("weighted", "optimized", "holdout")[n // 2 % 3],
        "country": "US",
        "device": "mobile",
        "os": "ios",
        "is_bot": True if n % 5 == 4 else None,
        "is_duplicate": True if n % 7 == 6 else None,
        "sub_ids": {"sub1": f"s{n % 2}"},
    }
    return ClickRow(f"click{n:05d}", **{**fields, **changes})


def a_record(n: int, name: str = "INSERT", image: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    change = {
        "SequenceNumber": f"{100_000_000_000_000_000_000 + n}",
        "ApproximateCreationDateTime": AT / 1000,
        "Keys": {"click_id": {"S": f"click{n:05d}"}},
        "NewImage": a_click(n, **changes).serialize() if image is None else image,
    }
    return {"eventID": str(n), "eventName": name, "dynamodb": change}


def counted() -> Cells:
    total: Cells = {}
    for row in CounterBlockRow.scan(holds_reports()):
        cells.add_cells(total, decode(row.cells))
    return total


def learned() -> dict[str, LearningCells]:
    """Return the learning cells by partition."""
    parts: dict[str, LearningCells] = {}
    for row in CounterBlockRow.scan(CounterBlockRow.partition.startswith("sml_")):
        cells.add_cells(parts.setdefault(row.partition, {}), decode(row.cells, LAYOUT))
    return parts


def expected_learned(count: int) -> dict[str, LearningCells]:
    """Return one click for each of the first clicks that is no bot, no duplicate, no direct link and on an offer."""
    parts: dict[str, LearningCells] = {}
    for n in range(count):
        if n % 13 != 12 and n % 9 != 8 and n % 5 != 4 and n % 7 != 6:
            cell = LearningCell(AT // 3_600_000, 1, "US", "mobile", f"cmp_{n % 2}")
            cells.add_cells(parts.setdefault(f"sml_{n % 2}#1", {}), {cell: [1, *[0] * 6]})
    return parts


def expected(count: int) -> Cells:
    total: Cells = {}
    for n in range(count):
        cell, name = cells.cell_of_click(a_click(n).attribute_values)
        cells.add(total, cell, **{name: 1})
    return total


def listed() -> list[str]:
    return sorted(click_id for row in ClickListRow.scan() for click_id in id_lists.decode(row.click_ids))


def poison_messages() -> list[dict[str, Any]]:
    """Return the messages of the poison queue."""
    client, url = boto3.client("sqs"), stack_settings.poison_records_queue()
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_clicks_are_counted_and_listed_by_route_and_day() -> None:
    aggregator.aggregate([a_record(n) for n in range(12)], NOW)
    assert counted() == expected(12)
    assert learned() == expected_learned(12)
    assert listed() == [f"click{n:05d}" for n in range(12)]
    rows = list(ClickListRow.scan())
    assert len(rows) == 2
    for row in rows:
        route_id = row.route_day.partition("#")[0]
        assert row.route_day == id_lists.partition_of(route_id, NOW.date(), [row.greatest])


def test_details_of_a_batch_are_counted_in_the_same_transaction_and_once() -> None:
    records = [a_record(n, publisher_id="pub_1", browser="chrome", outcome="fallback") for n in range(6)]
    for _ in range(2):
        aggregator.aggregate(records, NOW)
    (row,) = CounterBlockRow.scan(CounterBlockRow.partition == detail_cells.partition(NOW.date(), "pub_1"))
    sequence, at, digest = stream_batch.position_of(records[0])
    assert row.position == f"b#o#{detail_blocks.batch_order(at, sequence, digest)}"
    counts = decode(row.cells, detail_cells.JOINT_LAYOUT)
    totals = dict(zip(detail_cells.COUNTS, map(sum, zip(*counts.values(), strict=True)), strict=True))
    assert {name: total for name, total in totals.items() if total} == {
        "unique_clicks": 5,
        "bot_clicks": 1,
        "lost_clicks": 5,
    }
    assert {cell.browser for cell in counts} == {"chrome"}


def test_values_of_one_batch_take_places_in_the_order_of_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detail_places, "MAX_VALUES", 2)
    same: dict[str, Any] = {"publisher_id": "pub_1", "route_id": "sml_1", "is_bot": None, "is_duplicate": None}
    aggregator.aggregate([a_record(n, **same, browser=browser) for n, browser in enumerate("zaybz")], NOW)
    (piece,) = detail_reader.read_details([NOW.date()], "browser", "pub_1")
    assert sorted(piece.values["browser"]) == ["(other)", "a", "z"]


def test_changed_and_removed_clicks_are_not_counted() -> None:
    aggregator.aggregate([a_record(0), a_record(1, "MODIFY"), a_record(2, "REMOVE", image={})], NOW)
    assert counted() == expected(1)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(0, 20)], id="whole"),
        pytest.param([(0, 3), (3, 20)], id="split inside a batch"),
        pytest.param([(0, 3), (3, 5), (5, 9), (9, 20)], id="split into many"),
        pytest.param([(0, 3), (0, 3), (3, 20)], id="split inside a batch, the first part twice"),
        pytest.param([(0, 26)], id="with more records"),
        pytest.param([(0, 7), (7, 26)], id="split, with more records"),
    ],
)
def test_batch_delivered_again_is_counted_once(monkeypatch: pytest.MonkeyPatch, parts: list[tuple[int, int]]) -> None:
    monkeypatch.setattr(stream_batch, "MAX_RECORDS", 8)
    records = [a_record(n) for n in range(26)]
    aggregator.aggregate(records[:20], NOW)
    for start, end in parts:
        aggregator.aggregate(records[start:end], NOW)
    assert counted() == expected(parts[-1][1])
    assert learned() == expected_learned(parts[-1][1])


def test_two_concurrent_invocations_count_a_batch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [a_record(n) for n in range(10)]
    commit = aggregator._commit

    def overtaken(*args: Any) -> bool:
        monkeypatch.setattr(aggregator, "_commit", commit)
        aggregator.aggregate(records[:6], NOW)
        return commit(*args)

    monkeypatch.setattr(aggregator, "_commit", overtaken)
    aggregator.aggregate(records, NOW)
    assert counted() == expected(10)
    assert learned() == expected_learned(10)


BROKEN = {
    "no publisher": {"click_id": {"S": "x"}, "at": {"N": "1795000000000"}, "ro": {"S": "sml_1"}, "ep": {"N": "1"}},
    "another type": {"click_id": {"S": "x"}, "at": {"S": "yesterday"}},
    "an unknown outcome": {**a_click(1).serialize(), "ou": {"S": "elsewhere"}},
    "sub-IDs that are no object": {**a_click(1).serialize(), "su": {"S": "[1]"}},
    "a sub-ID that is no text": {**a_click(1).serialize(), "su": {"S": '{"sub1": {}}'}},
    "nothing": {},
}


@pytest.mark.parametrize("name", BROKEN)
def test_invalid_record_is_queued_counted_and_notified_once_and_blocks_no_other(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [a_record(0), a_record(1, image=BROKEN[name]), a_record(2)]
    aggregator.aggregate(records, NOW)
    aggregator.aggregate(records, NOW)
    total = counted()
    poisoned = total.pop(Cell(cells.quarter_of(AT)))
    assert dict(zip(cells.COUNTS, poisoned, strict=True)) == {**dict.fromkeys(cells.COUNTS, 0), "poison": 1}
    assert sum(counts[0] for counts in total.values()) == 2
    assert emitted(capsys)["PoisonRecords"] == 1
    (message,) = poison_messages()
    assert message["sequence"] == records[1]["dynamodb"]["SequenceNumber"]
    assert [line["click_id"] for line in archived.lines("clicks/")] == ["click00000", "click00002"]
    assert message["reason"]
    notifications = [row for row in NotificationRow.scan() if row.kind]
    assert [(row.kind, row.owner_year) for row in notifications] == [("poison_record", "admin#2026")]


def test_insert_without_an_image_is_an_invalid_record_and_stops_nothing() -> None:
    record = a_record(1)
    del record["dynamodb"]["NewImage"]
    decoded = aggregator.decode_record(record)
    assert (decoded.click, decoded.complaint) == (None, "KeyError: 'NewImage'")


def test_invalid_records_of_two_shards_with_the_same_sequence_number_are_both_notified() -> None:
    first, second = (a_record(n, image=BROKEN["nothing"]) for n in (0, 1))
    second["dynamodb"]["SequenceNumber"] = first["dynamodb"]["SequenceNumber"]
    for record in (first, second):
        aggregator.aggregate([record], NOW)
    assert [row.kind for row in NotificationRow.scan() if row.kind] == ["poison_record"] * 2


def test_handler_returns_the_first_uncounted_record_after_a_table_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stream_batch, "MAX_RECORDS", 4)
    records = [a_record(n) for n in range(10)]
    commit, commits = aggregator._commit, []

    def failing(*args: Any) -> bool:
        commits.append(args)
        if len(commits) == 2:
            raise THROTTLED
        return commit(*args)

    with monkeypatch.context() as patch:
        patch.setattr(aggregator, "_commit", failing)
        response = count_clicks({"Records": records}, None)
    assert emitted(capsys)["StreamRecordsCounted"] == 4
    assert response == {"batchItemFailures": [{"itemIdentifier": records[4]["dynamodb"]["SequenceNumber"]}]}
    assert counted() == expected(4)
    assert count_clicks({"Records": records[4:]}, None) == {"batchItemFailures": []}
    assert emitted(capsys)["StreamRecordsCounted"] == 6
    assert counted() == expected(10)


def test_transaction_cancelled_for_another_reason_stops_the_aggregation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregator, "append_blocks", lambda write, *_: write.save(CounterBlockRow("", "x", cells=b"")))
    with pytest.raises(aggregator.AggregationStopped):
        aggregator.aggregate([a_record(0)], NOW)
    assert counted() == {}


def test_object_that_s3_refuses_stops_the_count_before_the_batch_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> str:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")

    with monkeypatch.context() as patch:
        patch.setattr(objects, "stage", refuse)
        with pytest.raises(aggregator.AggregationStopped):
            aggregator.aggregate([a_record(0)], NOW)
    assert counted() == {}
    aggregator.aggregate([a_record(0)], NOW)
    assert [line["click_id"] for line in archived.lines("clicks/")] == ["click00000"]


def test_batch_whose_object_was_not_published_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "CopyObject")

    records = [a_record(n) for n in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(objects, "publish", refuse)
        failures = count_clicks({"Records": records}, None)
    assert failures == {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
    assert counted() == expected(3)
    assert archived.lines("clicks/") == []
    aggregator.aggregate(records[:1], NOW)
    assert len(archived.lines("clicks/")) == 3


def test_batch_without_an_inserted_click_has_no_object() -> None:
    aggregator.aggregate([a_record(0, "MODIFY"), a_record(1, "REMOVE", image={})], NOW)
    assert archived.objects("") == {}


def test_attempt_that_others_cancel_again_and_again_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    commit = aggregator._commit
    attempts: list[str] = []

    def cancelled(batch: Any, batch_id: str, *others: Any) -> bool:
        attempts.append(batch_id)
        StreamBatchRow(batch_id, expires_at=0).save()
        return commit(batch, batch_id, *others)

    monkeypatch.setattr(aggregator, "_commit", cancelled)
    with pytest.raises(aggregator.AggregationStopped):
        aggregator.aggregate([a_record(0)], NOW)
    assert len(set(attempts)) == 5
    assert (counted(), listed(), archived.lines("clicks/")) == ({}, [], [])


def test_clicks_of_two_shards_with_the_same_sequence_numbers_are_all_counted() -> None:
    first = [a_record(n) for n in range(6)]
    second = [a_record(n + 6) for n in range(6)]
    for one, other in zip(first, second, strict=True):
        other["dynamodb"]["SequenceNumber"] = one["dynamodb"]["SequenceNumber"]
    for records in (first, second, second, first):
        aggregator.aggregate(records, NOW)
    assert counted() == expected(12)
    assert listed() == [f"click{n:05d}" for n in range(12)]
    assert len(archived.lines("clicks/")) == 12


def test_row_of_an_attempt_outlives_the_records_of_the_stream_and_so_does_its_claim() -> None:
    aggregator.aggregate([a_record(0)], NOW)
    rows: list[Any] = [*StreamBatchRow.scan(), *BatchClaimRow.scan()]
    assert {row.expires_at for row in rows} == {int((NOW + timedelta(days=7)).timestamp())}
    assert len(rows) == 3


def test_list_of_click_ids_expires_with_its_last_click() -> None:
    same: dict[str, Any] = {"route_id": "sml_1"}
    aggregator.aggregate([a_record(n, **same, expires_at=at) for n, at in enumerate((90, 372, 90))], NOW)
    (row,) = ClickListRow.scan()
    assert row.expires_at == 372


def test_click_is_counted_on_its_own_day() -> None:
    aggregator.aggregate([a_record(0, at=AT - 31 * 86_400_000)], NOW)
    assert {cells.day_of(cell.quarter) for cell in counted()} == {date(2026, 10, 21)}
