"""Protection of a deployed stack and its tables against deletion.

The tables' protection is not in the template: a creation or update that fails deletes the tables that it created, and
CloudFormation cannot delete a protected one. The stack would stay broken (docs/decisions/0051-releases.md).
"""

from deploy import stack
from deploy.cloud import Cloud


def set_protection(cloud: Cloud, *, on: bool) -> None:
    """Turn the protection of the stack and of all its tables on or off."""
    stack.client_of(cloud).update_termination_protection(StackName=cloud.stack, EnableTerminationProtection=on)
    for name in stack.resources(cloud).get("AWS::DynamoDB::Table", ()):
        protect_table(cloud, name, on=on)


def protect_table(cloud: Cloud, name: str, *, on: bool) -> None:
    """Turn the protection of a table on or off, if it is not so already."""
    client = cloud.session.client("dynamodb", endpoint_url=cloud.endpoint)
    if client.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled", False) != on:
        client.update_table(TableName=name, DeletionProtectionEnabled=on)
