"""What the archive in moto's S3 holds."""

import gzip
import json
from typing import Any

from moto.backends import get_backend

from tests.conftest import ARCHIVE


def objects(prefix: str) -> dict[str, list[dict[str, Any]]]:
    """Return the lines of each object below the prefix, by key."""
    bucket = get_backend("s3")["123456789012"]["aws"].buckets[ARCHIVE]
    return {
        key: [json.loads(line) for line in gzip.decompress(stored.value).splitlines()]
        for key, stored in bucket.keys.items()
        if key.startswith(prefix)
    }


def lines(prefix: str) -> list[dict[str, Any]]:
    """Return all lines below the prefix, in the order of the keys."""
    return [line for _, part in sorted(objects(prefix).items()) for line in part]
