"""The command `make undeploy`: delete a stack that holds no data, or a stack with its data."""

import os
from collections.abc import Mapping, Sequence

from deploy import cloud, contents, questions, stack
from deploy.changes import BUCKET, TABLE
from deploy.cloud import Cloud
from deploy.errors import CommandError

_WORD = "DELETE_DATA"


def undeploy(stage: str) -> None:
    """Delete the stack of a stage. Raise CommandError if a domain name leads to it, or if the caller keeps its data.

    The data is given up by the name of the stack in DELETE_DATA.
    """
    target = cloud.account(stage)
    if stack.describe(target) is None:
        message = f"There is no stack {target.stack} in {target.session.region_name}."
        raise CommandError(message)
    resources = stack.resources(target)
    is_given_up = os.environ.get(_WORD) == target.stack
    held = contents.held(target, resources)
    print(_listed(target, held))
    if held and not is_given_up:
        message = (
            f"{target.stack} holds data, so it was not deleted. Set {_WORD}={target.stack} to delete it with all "
            "its data. To keep the data, save it first: docs/deployment.md says how."
        )
        raise CommandError(message)
    if domains := contents.domains(target, resources):
        message = (
            f"API Gateway deletes no API with domain names, and {', '.join(domains)} lead to {target.stack}. "
            "Delete its tracking domains first (docs/domains.md), and the mappings of other names at API Gateway."
        )
        raise CommandError(message)
    questions.confirm(f"Delete {target.stack}{' with all its data' if held else ''}?")
    _delete(target, resources, with_data=is_given_up)


def _listed(target: Cloud, held: Mapping[str, str]) -> str:
    lines = [f"  {name:<48} {text}" for name, text in sorted(held.items())]
    return "\n".join([f"{target.stack} holds:" if held else f"{target.stack} holds no data.", *lines])


def _delete(target: Cloud, resources: Mapping[str, Sequence[str]], *, with_data: bool) -> None:
    """Delete the stack. Tables and buckets outlive it: delete them too `with_data`, else tell how to delete them."""
    stack_id = stack.delete(target, total=sum(len(names) for names in resources.values()))
    kept = contents.existing(target, resources)
    if with_data:
        contents.delete(target, kept)
        print(f"Deleted {target.stack} ({stack_id}) and its data.")
    elif any(kept.values()):
        print(f"Deleted {target.stack}. Its empty tables and its archive stay. To delete them, run:\n{commands(kept)}")
    else:
        print(f"Deleted {target.stack}.")


def commands(kept: Mapping[str, Sequence[str]]) -> str:
    """Return the commands that delete the tables and buckets."""
    tables = [
        f"  aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled\n"
        f"  aws dynamodb delete-table --table-name {name}"
        for name in kept.get(TABLE, ())
    ]
    return "\n".join([*tables, *(f"  aws s3 rb --force s3://{name}" for name in kept.get(BUCKET, ()))])
