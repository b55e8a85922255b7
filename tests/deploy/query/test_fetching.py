from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.archive import objects
from deploy import stack
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.query import fetching
from deploy.query.fetching import StoredObject
from tests.conftest import ARCHIVE

pytestmark = pytest.mark.usefixtures("tables")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def a_cloud() -> Cloud:
    return Cloud(boto3.Session(), None, "prod", "smartlink-prod", "")


def put(*keys: str) -> None:
    for key in keys:
        objects.publish(objects.stage(key, [{"key": key}]))


def keys(hours: list[datetime]) -> list[str]:
    return [stored.key for stored in fetching.list_objects(fetching.s3_client(a_cloud()), ARCHIVE, "clicks", hours)]


def test_objects_of_the_hours_are_listed() -> None:
    put("clicks/date=2026-11-21/hour=11/1.jsonl.gz", "clicks/date=2026-11-21/hour=12/2.jsonl.gz")
    put("conversions/date=2026-11-21/hour=12/3.jsonl.gz")
    assert keys([NOON]) == ["clicks/date=2026-11-21/hour=12/2.jsonl.gz"]
    assert keys([NOON - timedelta(hours=12) + timedelta(hours=n) for n in range(24)]) == [
        "clicks/date=2026-11-21/hour=11/1.jsonl.gz",
        "clicks/date=2026-11-21/hour=12/2.jsonl.gz",
    ]


def test_objects_are_written_at_their_keys(tmp_path: Path) -> None:
    key = "clicks/date=2026-11-21/hour=12/2.jsonl.gz"
    put(key)
    fetching.fetch(fetching.s3_client(a_cloud()), ARCHIVE, [StoredObject(key, 50)], tmp_path)
    assert (tmp_path / key).read_bytes() == objects.encode([{"key": key}])


def test_object_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "clicks").mkdir()
    (tmp_path / "clicks" / "x").write_bytes(b"there")
    fetching.fetch(fetching.s3_client(a_cloud()), ARCHIVE, [StoredObject("clicks/x", 5)], tmp_path)
    assert (tmp_path / "clicks" / "x").read_bytes() == b"there"


def test_object_that_is_missing_and_a_bucket_that_is_missing_are_errors(tmp_path: Path) -> None:
    client = fetching.s3_client(a_cloud())
    with pytest.raises(CommandError, match=r"could not be fetched: .*Run the command again"):
        fetching.fetch(client, ARCHIVE, [StoredObject("clicks/x", 1)], tmp_path)
    with pytest.raises(CommandError, match="The archive in nowhere could not be listed"):
        fetching.list_objects(client, "nowhere", "clicks", [NOON])


def test_too_many_bytes_or_objects_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [StoredObject("a", 3_000_000_000), StoredObject("b", 2_100_000_000)]
    fetching.check_size(two, 6)
    with pytest.raises(CommandError) as refused:
        fetching.check_size(two, 5)
    assert str(refused.value) == (
        "These days have 2 objects of 5.1 GB; at most 200,000 objects of 5 GB are fetched. Ask for fewer days with "
        "FROM and TO, raise MAX_GB, or use Athena (docs/archive.md)."
    )
    monkeypatch.setattr(fetching, "_MAX_OBJECTS", 1)
    with pytest.raises(CommandError):
        fetching.check_size(two, 6)


@pytest.mark.parametrize(
    ("described", "message"),
    [
        (None, "The stack smartlink-prod does not exist. Start it with `make up`, or set STAGE to a deployed stage."),
        ({"Outputs": []}, "The stack smartlink-prod has no archive. Deploy this release first."),
    ],
)
def test_stack_without_an_archive_is_an_error(described: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "describe", lambda _: described)
    with pytest.raises(CommandError) as refused:
        fetching.archive_bucket(a_cloud())
    assert str(refused.value) == message


def test_bucket_is_an_output_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = {"Outputs": [{"OutputKey": "ArchiveBucket", "OutputValue": "smartlink-archive-1"}]}
    monkeypatch.setattr(stack, "describe", lambda _: outputs)
    assert fetching.archive_bucket(a_cloud()) == "smartlink-archive-1"
