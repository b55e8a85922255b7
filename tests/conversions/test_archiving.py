from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import PutError

from chalicelib.archive import objects
from chalicelib.conversions import archiving
from chalicelib.counters import stream_batch
from chalicelib.lambdas import archive_conversions
from chalicelib.tables.counters import StreamBatchRow
from tests.archive import archived
from tests.archive.changed_conversions import a_changed_conversion
from tests.builders import NOW

pytestmark = pytest.mark.usefixtures("tables")

FIRST = a_changed_conversion(0)
REFUSED = ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")


def refuse(*_: Any) -> Any:
    raise REFUSED


def test_each_change_is_a_line_in_the_object_of_its_batch() -> None:
    records = [a_changed_conversion(0, status="pending"), a_changed_conversion(1, status="approved", revision=2)]
    assert archiving.archive(records, NOW) is None
    (key,) = archived.objects("conversions/")
    digest = stream_batch.position_of(records[0])[2].hex()
    assert key == f"conversions/date=2026-11-21/hour=12/100000000000000000000-{digest}.jsonl.gz"
    assert [(line["status"], line["revision"]) for line in archived.lines("conversions/")] == [
        ("pending", 1),
        ("approved", 2),
    ]


def test_removed_conversion_has_no_line_and_its_batch_no_object() -> None:
    assert archiving.archive([a_changed_conversion(0, removed=True)], NOW) is None
    assert archived.objects("") == {}
    (row,) = StreamBatchRow.scan()
    assert row.first.startswith("100000000000000000000-")
    assert len(row.digests) == stream_batch.DIGEST_BYTES
    assert row.staged is None
    assert row.expires_at == int((NOW + timedelta(days=7)).timestamp())


def test_record_that_is_no_conversion_is_logged_and_blocks_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken = a_changed_conversion(0)
    broken["dynamodb"]["NewImage"] = {"id": {"S": "cnv_1"}, "at": {"N": "never"}}
    assert archiving.archive([broken, a_changed_conversion(1)], NOW) is None
    assert len(archived.lines("conversions/")) == 1
    assert "is not a conversion" in caplog.text


def test_first_record_that_s3_refuses_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "MAX_RECORDS", 2)
    records = [a_changed_conversion(n) for n in range(3)]
    stage, staged = objects.stage, []

    def refuse_second(*arguments: Any) -> str:
        staged.append(arguments)
        return stage(*arguments) if len(staged) == 1 else refuse()

    with monkeypatch.context() as patch:
        patch.setattr(objects, "stage", refuse_second)
        failures = archive_conversions({"Records": records}, None)
    assert failures == {"batchItemFailures": [{"itemIdentifier": "100000000000000000002"}]}
    assert archive_conversions({"Records": records[2:]}, None) == {"batchItemFailures": []}
    assert len(archived.lines("conversions/")) == 3


def test_batch_that_another_invocation_commits_first_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [a_changed_conversion(n) for n in range(3)]
    commit = archiving._commit

    def overtaken(*arguments: Any) -> bool:
        monkeypatch.setattr(archiving, "_commit", commit)
        archiving.archive(records[:2], NOW)
        return commit(*arguments)

    monkeypatch.setattr(archiving, "_commit", overtaken)
    assert archiving.archive(records, NOW) is None
    assert sorted(len(part) for part in archived.objects("conversions/").values()) == [1, 2]


def test_row_that_the_table_refuses_stops_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any, **__: Any) -> None:
        message = "throttled"
        raise PutError(message)

    with monkeypatch.context() as patch:
        patch.setattr(StreamBatchRow, "save", throttled)
        assert archiving.archive([FIRST], NOW) == "100000000000000000000"
    assert archived.objects("conversions/") == {}


def test_batch_whose_attempts_are_all_cancelled_is_delivered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archiving, "_commit", lambda *_: False)
    assert archiving.archive([FIRST], NOW) == "100000000000000000000"
    assert archived.objects("conversions/") == {}
