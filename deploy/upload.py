"""Upload packages to the bucket that CloudFormation reads. Archives are named by the hash of their contents."""

import hashlib
import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy import package
from deploy.cloud import Cloud
from deploy.errors import CommandError


def template(cloud: Cloud, folder: Path) -> dict[str, Any]:
    """Upload the archives of the package and return its template, which refers to them."""
    text = (folder / package.TEMPLATE).read_text()
    for name in (package.CODE, package.LAYER):
        content = (folder / name).read_bytes()
        key = f"{hashlib.sha256(content).hexdigest()}.zip"
        upload(cloud, key, content)
        text = text.replace(f'"./{name}"', json.dumps(f"s3://{cloud.bucket}/{key}"))
    document: dict[str, Any] = json.loads(text)
    return document


def upload(cloud: Cloud, key: str, content: bytes, *, replace: bool = False) -> str:
    """Put `content` into the bucket, unless the key is there already. Return its URL."""
    client = cloud.session.client("s3", endpoint_url=cloud.endpoint)
    try:
        if cloud.endpoint:
            client.create_bucket(Bucket=cloud.bucket)
        if replace or client.list_objects_v2(Bucket=cloud.bucket, Prefix=key)["KeyCount"] == 0:
            client.put_object(Bucket=cloud.bucket, Key=key, Body=content)
    except ClientError as error:
        message = f"The package could not be uploaded to bucket {cloud.bucket!r}: {error}"
        raise CommandError(message) from error
    host = cloud.endpoint or f"https://s3.{cloud.session.region_name}.amazonaws.com"
    return f"{host}/{cloud.bucket}/{key}"


def download(cloud: Cloud, key: str) -> bytes:
    """Return a file of the bucket."""
    try:
        client = cloud.session.client("s3", endpoint_url=cloud.endpoint)
        return client.get_object(Bucket=cloud.bucket, Key=key)["Body"].read()
    except ClientError as error:
        message = f"{key} could not be read from bucket {cloud.bucket!r}: {error}"
        raise CommandError(message) from error
