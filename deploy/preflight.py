"""What `make deploy` checks before it uploads anything: the rules of AWS."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from deploy import package, parameters, stack
from deploy.cloud import Cloud
from deploy.errors import CommandError
from deploy.rules import archives, check, updates
from deploy.rules.resolving import resolve
from deploy.serverless import transformed


def check_package(cloud: Cloud, folder: Path, values: Mapping[str, str]) -> None:
    """Raise CommandError with every finding if AWS would refuse package or values, or run it otherwise than is meant.

    `values` are the parameters of this deployment; the others count with their defaults and with their longest values.
    """
    template = json.loads((folder / package.TEMPLATE).read_text())
    if wrong := parameters.problems(values, template["Parameters"]):
        raise CommandError("\n  ".join(["Some values are not possible:", *wrong]))
    # The emulator runs this machine's Python, whatever AWS deprecates.
    today = date.min if cloud.endpoint else datetime.now(UTC).date()
    found = check.findings(transformed(template), cloud.stack, today, values)
    found += archives.findings({name: folder / name for name in (package.CODE, package.LAYER)})
    if found:
        message = "\n  ".join(["The template breaks rules of AWS (docs/aws-rules.md):", *found])
        raise CommandError(message)


def check_change(cloud: Cloud, folder: Path, values: Mapping[str, str]) -> None:
    """Raise CommandError with every finding if AWS would refuse the change of the stack, or if it would lose data.

    `values` are the parameters of this deployment; the others keep those of the stack.
    """
    deployed = stack.describe(cloud)
    if deployed is None or not stack.is_created(deployed):
        return
    kept = parameters.values_of(deployed)
    before = resolve(stack.template_of(cloud), kept)
    after = resolve(json.loads((folder / package.TEMPLATE).read_text()), {**kept, **values})
    if found := updates.changes(before, after):
        message = "\n  ".join(["AWS would refuse this change of the stack, or lose data by it:", *found])
        raise CommandError(message)
