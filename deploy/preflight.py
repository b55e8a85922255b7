"""What `make deploy` checks before it uploads anything: the rules of AWS."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy import package
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.rules import archives, check
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
