import os
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deploy import prerequisites
from deploy.cloud import Cloud
from deploy.errors import CommandError


def _cloud(bucket: str = "packages", region: str = "eu-west-1") -> Cloud:
    return Cloud(boto3.Session(region_name=region), None, "prod", "smartlink-prod", bucket)


def _create_bucket(region: str) -> None:
    settings: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    boto3.client("s3", region_name=region).create_bucket(Bucket="packages", **settings)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@mock_aws
def test_account_is_returned_if_the_bucket_is_in_the_region_of_the_stack(region: str) -> None:
    _create_bucket(region)
    assert prerequisites.check(_cloud(region=region)) == os.environ["MOTO_ACCOUNT_ID"]


@mock_aws
def test_bucket_in_another_region_is_refused() -> None:
    _create_bucket("us-east-1")
    with pytest.raises(CommandError, match="packages is in us-east-1, but the stack is deployed to eu-west-1"):
        prerequisites.check(_cloud())


@mock_aws
def test_missing_bucket_comes_with_the_command_that_creates_it() -> None:
    with pytest.raises(CommandError, match="run `aws s3 mb s3://packages --region eu-west-1`"):
        prerequisites.check(_cloud())


@mock_aws
def test_access_log_of_the_rest_api_needs_a_role_of_the_account() -> None:
    for access_logs in ("", "none", "tracking"):
        prerequisites.check_access_logs(_cloud(), access_logs)
    for access_logs in ("api", "all"):
        with pytest.raises(CommandError, match="no role to write access logs of the REST API"):
            prerequisites.check_access_logs(_cloud(), access_logs)
    role: Any = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::123456789012:role/api-logs"}
    boto3.client("apigateway", region_name="eu-west-1").update_account(patchOperations=[role])
    prerequisites.check_access_logs(_cloud(), "all")


def test_emulator_needs_no_role_for_access_logs() -> None:
    prerequisites.check_access_logs(replace(_cloud(), endpoint="http://127.0.0.1:1"), "all")


def test_bucket_must_be_named() -> None:
    with pytest.raises(CommandError, match=r"DEPLOY_BUCKET is not set. Run `make deploy STAGE=prod"):
        prerequisites.check(_cloud(bucket=""))


def test_refused_credentials_say_what_to_do() -> None:
    session = boto3.Session("expired", "expired", region_name="eu-west-1")
    with pytest.raises(CommandError, match=r"AWS refused the credentials: Could not connect .* Log in again"):
        prerequisites.check(Cloud(session, "http://127.0.0.1:1", "prod", "smartlink-prod", "packages"))
