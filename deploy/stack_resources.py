"""Physical names of the stack's resources."""

from botocore.exceptions import ClientError

from deploy import stack
from deploy.cloud import Cloud
from deploy.errors import CommandError


def physical_id(cloud: Cloud, name: str) -> str:
    """Return the physical ID of a resource by its name in the template: the URL of a queue, the name of a table."""
    try:
        answer = stack.client_of(cloud).describe_stack_resource(StackName=cloud.stack, LogicalResourceId=name)
    except ClientError as error:
        message = f"The stack {cloud.stack} has no resource {name}. Deploy it first, or check STAGE and STACK."
        raise CommandError(message) from error
    return answer["StackResourceDetail"].get("PhysicalResourceId", "")
