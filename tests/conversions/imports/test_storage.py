from datetime import UTC, datetime

import pytest
from pynamodb.exceptions import UpdateError

from chalicelib.conversions.imports import storage
from chalicelib.conversions.imports.message import ImportMessage, decode
from chalicelib.conversions.imports.rows import numbered
from chalicelib.conversions.receipt import ReceiptResult, receipt_of
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.background import background_request
from chalicelib.http.models import NoContent
from chalicelib.http.problems import ValidationFailed
from chalicelib.tables.conversions import ConversionImportRow
from tests.conftest import dynamodb
from tests.conversions.imports.queue import create_queue, take_messages

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROWS = numbered([{"click_id": f"c{n}"} for n in range(150)])
MESSAGE = ImportMessage("imp_1", 1, int(NOW.timestamp()))
RESULTS = [(101, receipt_of(ReceiptResult.RECORDED, "cnv_1", "approved"))]


@pytest.fixture(autouse=True)
def queue(tables: None) -> None:
    create_queue()


def create() -> None:
    storage.create(background_request(NOW, actor="key1"), "imp_1", ROWS, NoContent())


def chunk() -> ConversionImportRow:
    found = storage.find_chunk(MESSAGE)
    assert found
    return found


def test_import_is_stored_and_queued_by_chunk() -> None:
    create()
    assert [decode(each) for each in take_messages()] == [ImportMessage("imp_1", n, MESSAGE.at) for n in (0, 1)]
    assert storage.rows_of(chunk()) == ROWS[100:]
    shown = storage.find_chunks("imp_1")
    assert [(row.actor, row.row_count) for row in shown] == [("key1", 100), ("key1", 50)]
    assert {row.rows is None for row in shown} == {True}
    assert chunk().expires_at == NOW.timestamp() + 90 * 86_400


def test_unknown_import_has_no_chunks() -> None:
    assert (storage.find_chunks("imp_none"), storage.find_chunk(MESSAGE)) == ([], None)


def test_import_that_cannot_be_queued_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORTS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/none")
    with pytest.raises(Exception, match="does not exist"):
        create()
    assert storage.find_chunks("imp_1") == []


def test_chunk_that_is_too_large_for_the_table_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.http.transactions.MAX_ITEM_BYTES", 500)
    with pytest.raises(ValidationFailed, match="is too large"):
        create()
    assert (take_messages(), storage.find_chunks("imp_1")) == ([], [])


def test_results_take_the_place_of_the_rows_once() -> None:
    create()
    storage.start(chunk(), NOW)
    first = chunk()
    assert storage.results_of(first) == []
    storage.finish(first, RESULTS, NOW)
    storage.finish(first, [], NOW)
    done = chunk()
    assert (storage.results_of(done), done.rows is None) == (RESULTS, True)
    assert (done.started_at, done.finished_at) == (milliseconds(NOW), milliseconds(NOW))


def test_other_errors_of_the_table_are_raised() -> None:
    create()
    first = chunk()
    dynamodb().delete_table(TableName="smartlink-conversion_imports")
    with pytest.raises(UpdateError):
        storage.finish(first, RESULTS, NOW)
