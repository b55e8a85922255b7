"""Where a stack goes: the emulated AWS on this machine, or an account."""

import os
from dataclasses import dataclass

import boto3

from deploy import paths
from deploy.errors import CommandError

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Cloud:
    """An AWS to deploy into: `endpoint` is None for the real one, `bucket` takes the packages."""

    session: boto3.Session
    endpoint: str | None
    stage: str
    stack: str
    bucket: str


def local() -> Cloud:
    """The emulated one. Its root key is `test`; the functions get keys of their own roles."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    return Cloud(session, paths.endpoint(), LOCAL, "smartlink", "smartlink-packages")


def account(stage: str) -> Cloud:
    """The account of the caller's AWS credentials; `DEPLOY_BUCKET` names where packages go."""
    session = boto3.Session()
    if session.region_name is None:
        message = "no AWS region is set: export AWS_DEFAULT_REGION, for example eu-west-1"
        raise CommandError(message)
    if session.get_credentials() is None:
        message = "no AWS credentials are set: export AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        raise CommandError(message)
    stack = os.environ.get("STACK", f"smartlink-{stage}")
    return Cloud(session, None, stage, stack, os.environ.get("DEPLOY_BUCKET", ""))


def of(stage: str) -> Cloud:
    """The cloud that a stage lives in."""
    return local() if stage == LOCAL else account(stage)
