"""Physical names of the stack's resources."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from deploy.cloud import Cloud
from deploy.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


def physical_id(cloud: Cloud, name: str) -> str:
    """Return the physical ID of a resource by its name in the template: the URL of a queue, the name of a table."""
    client: CloudFormationClient = cloud.session.client("cloudformation", endpoint_url=cloud.endpoint)
    try:
        detail = client.describe_stack_resource(StackName=cloud.stack, LogicalResourceId=name)["StackResourceDetail"]
    except ClientError as error:
        message = f"The stack {cloud.stack} has no resource {name}. Deploy it first, or check STAGE and STACK."
        raise CommandError(message) from error
    return detail.get("PhysicalResourceId", "")
