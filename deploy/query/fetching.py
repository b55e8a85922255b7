"""Fetching of the archive's objects into a folder, within limits."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploy import stack
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.progress import Progress

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MAX_OBJECTS = 200_000
_READERS = 32
_GB, _MB = 1_000_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the archive: its key and its size in bytes."""

    key: str
    size: int


def archive_bucket(cloud: Cloud) -> str:
    """Return the bucket of the stack's archive. Raise CommandError if the stack has none."""
    deployed = stack.describe(cloud)
    if deployed is None:
        message = f"The stack {cloud.stack} does not exist. Start it with `make up`, or set STAGE to a deployed stage."
        raise CommandError(message)
    bucket = stack.outputs(deployed).get("ArchiveBucket")
    if not bucket:
        message = f"The stack {cloud.stack} has no archive. Deploy this release first."
        raise CommandError(message)
    return bucket


def s3_client(cloud: Cloud) -> "S3Client":
    """Return a client with a connection for each reader."""
    return cloud.session.client("s3", endpoint_url=cloud.endpoint, config=Config(max_pool_connections=_READERS))


def list_objects(client: "S3Client", bucket: str, kind: str, hours: Sequence[datetime]) -> list[StoredObject]:
    """Return the objects of these hours. Raise CommandError if S3 does not answer."""
    try:
        with ThreadPoolExecutor(_READERS) as readers:
            prefixes = list(_prefixes(kind, hours))
            pages = readers.map(lambda prefix: list(_list(client, bucket, prefix)), prefixes)
            return [stored for page in pages for stored in page]
    except (ClientError, BotoCoreError) as error:
        message = f"The archive in {bucket} could not be listed: {error}"
        raise CommandError(message) from error


def _prefixes(kind: str, hours: Sequence[datetime]) -> Iterator[str]:
    """Yield the folders of the hours: whole days are one folder."""
    by_day: dict[str, list[datetime]] = {}
    for hour in hours:
        by_day.setdefault(f"{kind}/date={hour:%Y-%m-%d}/", []).append(hour)
    for day, its_hours in by_day.items():
        yield from [day] if len(its_hours) == 24 else [f"{day}hour={hour:%H}/" for hour in its_hours]  # noqa: PLR2004


def _list(client: "S3Client", bucket: str, prefix: str) -> Iterator[StoredObject]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for stored in page.get("Contents", []):
            yield StoredObject(stored["Key"], stored["Size"])


def check_size(objects: Sequence[StoredObject], max_gb: float) -> None:
    """Raise CommandError if the objects are too many, or larger than `max_gb`."""
    size = sum(stored.size for stored in objects)
    if len(objects) > _MAX_OBJECTS or size > max_gb * _GB:
        message = (
            f"These days have {len(objects):,} objects of {size / _GB:,.1f} GB; at most {_MAX_OBJECTS:,} objects of "
            f"{max_gb:g} GB are fetched. Ask for fewer days with FROM and TO, raise MAX_GB, or use Athena "
            "(docs/archive.md)."
        )
        raise CommandError(message)


def fetch(client: "S3Client", bucket: str, objects: Iterable[StoredObject], folder: Path) -> None:
    """Write the objects below the folder, each at its key, unless they are there: a published object never changes.

    Raise CommandError if one cannot be fetched.
    """
    pending = [stored for stored in objects if not (folder / stored.key).is_file()]
    try:
        with Progress(_title(pending), len(pending)) as bar, ThreadPoolExecutor(_READERS) as readers:
            for _ in readers.map(lambda stored: _fetch(client, bucket, stored.key, folder / stored.key), pending):
                bar.advance()
    except (ClientError, BotoCoreError) as error:
        message = f"An object of {bucket} could not be fetched: {error}. Run the command again."
        raise CommandError(message) from error


def _title(objects: Sequence[StoredObject]) -> str:
    size = sum(stored.size for stored in objects)
    return f"Fetching {len(objects):,} objects, {size / _MB:,.1f} MB"


def _fetch(client: "S3Client", bucket: str, key: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())
