"""The changes of a CloudFormation change set: read, shown as a table, and refused if they lose data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

from deploy.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

TABLE, BUCKET, QUEUE = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"
DATA_TYPES = (TABLE, BUCKET, QUEUE)
_NAMED_AT_MOST = 3


class Action(StrEnum):
    """What happens to a resource, in the order of the table."""

    REPLACE = "REPLACE"
    REMOVE = "remove"
    MAY_REPLACE = "may replace"
    MODIFY = "modify"
    ADD = "add"


_ACTIONS = {("Add", ""): Action.ADD, ("Remove", ""): Action.REMOVE, ("Modify", "False"): Action.MODIFY}
_ACTIONS |= {("Modify", "True"): Action.REPLACE, ("Modify", "Conditional"): Action.MAY_REPLACE}


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that a change set changes. `properties` are the names of the changed ones."""

    action: Action
    name: str
    type: str
    properties: tuple[str, ...] = ()

    @property
    def loses_data(self) -> bool:
        """Whether the stack no longer uses the data of a table, bucket or queue afterwards."""
        return self.type in DATA_TYPES and self.action in {Action.REPLACE, Action.REMOVE}


def read(client: "CloudFormationClient", change_set: dict[str, Any]) -> list[Change]:
    """Return all changes of a change set: those that matter most first, then by type and name."""
    pages = client.get_paginator("describe_change_set").paginate(**change_set)
    changes = [_change(each["ResourceChange"]) for page in pages for each in page.get("Changes", [])]
    order = list(Action)
    return sorted(changes, key=lambda each: (not each.loses_data, order.index(each.action), each.type, each.name))


def table(changes: Sequence[Change]) -> str:
    """Return the changes as a table. Harmless changes of many resources of a type are one line."""
    rows = list(_rows(changes)) or ["  no resource changes"]
    return "\n".join(rows)


def refuse_loss(changes: Iterable[Change], *, stack: str, word: str) -> None:
    """Raise CommandError if data is lost and `word` is not the name of the stack."""
    lost = [each.name for each in changes if each.loses_data]
    if lost and word != stack:
        message = (
            f"{', '.join(lost)} would be replaced or removed, and the data left behind or lost. Nothing was changed. "
            f"If that is intended, save the data (docs/deployment.md) and set DELETE_DATA={stack}."
        )
        raise CommandError(message)


def _change(resource: Any) -> Change:  # noqa: ANN401 - a structure of CloudFormation
    targets = [each["Target"] for each in resource.get("Details", [])]
    names = {target.get("Name") or target["Attribute"] for target in targets}
    action = _ACTIONS.get((resource["Action"], resource.get("Replacement") or ""), Action.MAY_REPLACE)
    return Change(action, resource["LogicalResourceId"], resource["ResourceType"], tuple(sorted(names)))


def _rows(changes: Sequence[Change]) -> Iterator[str]:
    for (_, action, kind), group in groupby(changes, key=lambda each: (each.loses_data, each.action, each.type)):
        resources = list(group)
        if len(resources) > _NAMED_AT_MOST and not resources[0].loses_data:
            properties = sorted({name for each in resources for name in each.properties})
            yield _row(action, f"{len(resources)} resources", kind, properties)
        else:
            for each in resources:
                yield _row(action, each.name, kind, each.properties) + ("  !! LOSES DATA" if each.loses_data else "")


def _row(action: Action, name: str, kind: str, properties: Iterable[str]) -> str:
    return f"  {action:<12} {name:<40} {kind.removeprefix('AWS::'):<30} {', '.join(properties)}".rstrip()
