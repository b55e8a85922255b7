"""What a deployment to an account needs: valid credentials, a bucket in the stack's region, a role for access logs."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError

_LOGGING = {"api", "all"}
"""Values of the parameter `AccessLogs` with which the REST API writes a log."""

_OLDEST_REGION, _OLD_NAMES = "us-east-1", {"EU": "eu-west-1"}
"""Regions that S3 names otherwise: none for us-east-1, and EU in old buckets."""


def check(cloud: Cloud) -> str:
    """Return the number of the account. Raise CommandError with the step to take if something is missing."""
    if not cloud.bucket:
        message = f"DEPLOY_BUCKET is not set. Run `make deploy STAGE={cloud.stage} DEPLOY_BUCKET=your-bucket`."
        raise CommandError(message)
    account = _account(cloud)
    if cloud.endpoint is None:
        _check_bucket(cloud)
    return account


def check_access_logs(cloud: Cloud, access_logs: str) -> None:
    """Raise CommandError if the REST API shall write an access log, and the account has no role for it.

    The role is a setting of the account and region, which the APIs of other stacks use too: so none is in the template.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    if cloud.endpoint or access_logs not in _LOGGING:
        return
    account: Any = cloud.session.client("apigateway").get_account()
    if not account.get("cloudwatchRoleArn"):
        message = (
            "API Gateway has no role to write access logs of the REST API. docs/deployment.md has the commands that "
            "create it. ACCESS_LOGS=tracking needs no role."
        )
        raise CommandError(message)


def _account(cloud: Cloud) -> str:
    try:
        identity: Any = cloud.session.client("sts", endpoint_url=cloud.endpoint).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        message = f"AWS refused the credentials: {error}. Log in again, or export other ones."
        raise CommandError(message) from error
    return str(identity["Account"])


def _check_bucket(cloud: Cloud) -> None:
    """Raise CommandError if the bucket is elsewhere: Lambda reads code from a bucket in its own region only."""
    region = cloud.session.region_name
    try:
        found = cloud.session.client("s3").get_bucket_location(Bucket=cloud.bucket)["LocationConstraint"]
    except (BotoCoreError, ClientError) as error:
        message = (
            f"The bucket {cloud.bucket} cannot be used: {error}. "
            f"To create it, run `aws s3 mb s3://{cloud.bucket} --region {region}`."
        )
        raise CommandError(message) from error
    there = _OLD_NAMES.get(found, found) or _OLDEST_REGION
    if there != region:
        message = (
            f"The bucket {cloud.bucket} is in {there}, but the stack is deployed to {region}. "
            f"Use a bucket in {region}, or set AWS_DEFAULT_REGION={there}."
        )
        raise CommandError(message)
