"""Deployment targets: the AWS emulator on this machine, or an AWS account."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

import boto3

from deploy import paths
from deploy.errors import CommandError

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Cloud:
    """A deployment target. `endpoint` is None for AWS itself and else the emulator's; packages go into `bucket`."""

    session: boto3.Session
    endpoint: str | None
    stage: str
    stack: str
    bucket: str


def local() -> Cloud:
    """Return the emulator. Its root key is `test`; the functions use the keys of their own roles."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return Cloud(session, paths.endpoint(), LOCAL, "smartlink", "smartlink-packages")


def account(stage: str) -> Cloud:
    """Return the account of the caller's AWS credentials. `DEPLOY_BUCKET` names the bucket for packages.

    `AWS_ENDPOINT_URL` with a loopback address deploys into the emulator instead.
    """
    if stage == LOCAL:
        message = "STAGE is not set. Name the stage, for example: make deploy STAGE=prod DEPLOY_BUCKET=your-bucket"
        raise CommandError(message)
    session = boto3.Session()
    if session.region_name is None:
        message = "No AWS region is set. Export AWS_DEFAULT_REGION, for example eu-west-1."
        raise CommandError(message)
    if session.get_credentials() is None:
        message = "No AWS credentials are set. Export AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        raise CommandError(message)
    stack = os.environ.get("STACK", f"smartlink-{stage}")
    return Cloud(session, _emulator(), stage, stack, os.environ.get("DEPLOY_BUCKET", ""))


def for_stage(stage: str) -> Cloud:
    """Return the target of a stage."""
    return local() if stage == LOCAL else account(stage)


def _emulator() -> str | None:
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    host = urlsplit(endpoint).hostname or ""
    return endpoint if host == "localhost" or host.startswith("127.") else None
