"""What `make deploy` checks before it uploads anything: the rules of AWS."""

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
    # A stack whose first change set was not executed has an empty template.
    before = {"Resources": {}, **(json.loads(deployed or "{}") if isinstance(deployed, str) else deployed)}
    if found := updates.changes(before, json.loads((folder / package.TEMPLATE).read_text())):
        message = "\n  ".join(["AWS would refuse this change of the stack, or lose data by it:", *found])
        raise CommandError(message)
