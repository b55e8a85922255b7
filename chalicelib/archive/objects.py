"""Objects of the archive: staged before the commit of their batch, published after it."""

import gzip
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

import boto3
from botocore.config import Config

from chalicelib import settings

STAGED = "staged"
"""Folder of the objects of attempts. A rule of the bucket deletes them after their batch's row has expired."""

_DIGEST_LETTERS = 32


def object_key(kind: str, sequence: str, at: int, digest: bytes) -> str:
    """Return the key of a batch of this kind: of its first record's sequence number, time and digest.

    The time is in milliseconds since 1970; date and hour are in UTC.
    """
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{kind}/date={moment:%Y-%m-%d}/hour={moment:%H}/{sequence}-{digest.hex()}.jsonl.gz"


def encode(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the content of an object: JSON lines, compressed. The same lines give the same bytes.

    Half a surrogate pair, which no engine reads, becomes a question mark.
    """
    text = "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines)
    return gzip.compress(text.encode(errors="replace"), mtime=0)


def stage(key: str, lines: Iterable[Mapping[str, Any]]) -> str:
    """Write the lines of an attempt under a name of their own, and return it. The transaction stores this name.

    The name contains a hash of the content, so a staged object never changes. Raises botocore's errors.
    """
    content = encode(lines)
    staged = f"{STAGED}/{sha256(content).hexdigest()[:_DIGEST_LETTERS]}/{key}"
    _client().put_object(Bucket=settings.archive_bucket(), Key=staged, Body=content, ContentType="application/gzip")
    return staged


def publish(staged: str | None) -> None:
    """Copy the staged object of a committed batch to its key, however often this is called; None: it has no object.

    Raises botocore's errors.
    """
    if staged:
        bucket = settings.archive_bucket()
        source = {"Bucket": bucket, "Key": staged}
        _client().copy_object(Bucket=bucket, Key=published_key(staged), CopySource=source)


def published_key(staged: str) -> str:
    """Return the key to which a staged object is published."""
    return staged.split("/", 2)[2]


@cache
def _client() -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    return boto3.client("s3", config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3}))
