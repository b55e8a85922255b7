"""What `make deploy` checks before it uploads anything: the rules of AWS, and the bucket's region."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import ClientError

from deploy import package
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.rules import archives, check, updates
from deploy.serverless import transformed

_FIRST_REGION = "us-east-1"
"""The region that S3 names by None."""

_FIRST_NAMES = {"EU": "eu-west-1"}
"""Regions of buckets that were created when S3 had another name for them."""


def check_package(cloud: Cloud, folder: Path, parameters: Mapping[str, str]) -> None:
    """Raise CommandError with every finding if AWS would refuse the package, or run it otherwise than is meant.

    `parameters` are those of this deployment; the others count with their defaults and with their longest values.
    """
    template = json.loads((folder / package.TEMPLATE).read_text())
    found = check.findings(transformed(template), cloud.stack, datetime.now(UTC).date(), parameters)
    found += archives.findings({name: folder / name for name in (package.CODE, package.LAYER)})
    if found:
        message = "\n  ".join(["The template breaks rules of AWS (docs/aws-rules.md):", *found])
        raise CommandError(message)


def check_change(cloud: Cloud, folder: Path) -> None:
    """Raise CommandError with every finding if AWS would refuse the change of the stack, or if it would lose data."""
    client = cloud.session.client("cloudformation", endpoint_url=cloud.endpoint)
    try:
        deployed = client.get_template(StackName=cloud.stack, TemplateStage="Original")["TemplateBody"]
    except ClientError as error:
        if "does not exist" in str(error):
            return
        message = f"CloudFormation rejected the request: {error}"
        raise CommandError(message) from error
    before = json.loads(deployed) if isinstance(deployed, str) else deployed
    if found := updates.changes(before, json.loads((folder / package.TEMPLATE).read_text())):
        message = "\n  ".join(["AWS would refuse this change of the stack, or lose data by it:", *found])
        raise CommandError(message)


def check_bucket(cloud: Cloud) -> None:
    """Raise CommandError unless the bucket for packages exists in the region of the stack.

    Lambda loads code from a bucket of its own region only.
    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
    """
    client = cloud.session.client("s3", endpoint_url=cloud.endpoint)
    try:
        location: str = client.get_bucket_location(Bucket=cloud.bucket)["LocationConstraint"] or _FIRST_REGION
    except ClientError as error:
        message = f"The bucket {cloud.bucket} of DEPLOY_BUCKET cannot be used: {error}"
        raise CommandError(message) from error
    region = _FIRST_NAMES.get(location, location)
    if region != cloud.session.region_name:
        message = (
            f"The bucket {cloud.bucket} is in {region}, but the stack is deployed to {cloud.session.region_name}. "
            "Set DEPLOY_BUCKET to a bucket of that region."
        )
        raise CommandError(message)
