import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.archive import objects
from tests.archive import archived

pytestmark = pytest.mark.usefixtures("tables")

KEY = "clicks/date=2026-11-21/hour=12/100-0102.jsonl.gz"
LINES = [{"click_id": "a", "source": "é"}, {"click_id": "b"}]


def test_key_has_the_utc_hour_of_the_first_record() -> None:
    assert objects.object_key("clicks", "100", 1_795_262_400_000 + 3_599_999, b"\1\2") == KEY


def test_published_object_has_the_lines_that_were_staged() -> None:
    staged = objects.stage(KEY, LINES)
    assert archived.objects("clicks/") == {}
    for _ in range(2):
        objects.publish(staged)
    assert archived.objects("clicks/") == {KEY: LINES}


def test_same_lines_are_staged_as_the_same_object_and_others_beside_it() -> None:
    first = objects.stage(KEY, LINES)
    assert objects.stage(KEY, LINES) == first
    other = objects.stage(KEY, LINES[:1])
    assert archived.objects("staged/") == {first: LINES, other: LINES[:1]}
    assert objects.published_key(first) == objects.published_key(other) == KEY


def test_half_a_surrogate_pair_stops_no_batch() -> None:
    assert json.loads(gzip.decompress(objects.encode([{"source": "a\ud800"}]))) == {"source": "a?"}


def test_batch_without_an_object_publishes_nothing() -> None:
    objects.publish(None)
    assert archived.objects("") == {}


def test_object_that_was_never_staged_is_an_error() -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        objects.publish(f"staged/0/{KEY}")


def test_object_is_a_gzip_file_for_every_client() -> None:
    objects.publish(objects.stage(KEY, LINES))
    head = boto3.client("s3").head_object(Bucket="smartlink-archive", Key=KEY)
    assert (head["ContentType"], "ContentEncoding" in head) == ("application/gzip", False)
