"""Rules on a change: what AWS refuses, or loses, when a deployed template becomes another."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.rules.stack import Finding

_TABLE = "AWS::DynamoDB::Table"
_IDENTITY: Mapping[str, tuple[str, ...]] = {
    _TABLE: ("TableName", "KeySchema"),
    "AWS::S3::Bucket": ("BucketName",),
}
"""Properties whose change replaces the resource: its data would stay behind."""


def changes(deployed: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return a line for each finding in the change from the deployed template to the new one.

    Both are templates before the serverless transform, as CloudFormation returns them (`get_template`), with the
    parameters of their deployments resolved.
    """
    found = [
        *_indexes(deployed, new),
        *_replacements(deployed, new),
        *_removals(deployed, new),
        *_warmth(deployed, new),
    ]
    return [f"{finding.resource}: {finding.problem}" for finding in found]


def _indexes(deployed: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    """Report more than one change of a table's indexes.

    "You can create or delete only one global secondary index per UpdateTable operation." Keys and projection of an
    index cannot change; its throughput can.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    """
    for name, before, after in _common(deployed, new):
        old, next_ = _index_definitions(before), _index_definitions(after)
        changed = [index for index in old.keys() | next_.keys() if old.get(index) != next_.get(index)]
        steps = sum((index in old) + (index in next_) for index in changed)
        if before["Type"] == _TABLE and steps > 1:
            names = ", ".join(sorted(changed))
            yield Finding(name, f"a deployment can add or remove one index; {names} change. Deploy them one by one")


def _replacements(deployed: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    """Report a table or bucket that would be replaced by an empty one.

    KeySchema and TableName: an update requires a replacement.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
    """
    for name, before, after in _common(deployed, new):
        for part in _IDENTITY.get(before["Type"], ()):
            if _properties(before).get(part) != _properties(after).get(part):
                yield Finding(name, f"its {part} changes: an empty resource would take the place of the data")


def _removals(deployed: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    """Report a table or bucket that leaves the stack. It is kept, but nothing watches or restores it any more.

    A resource with RetainExceptOnCreate that leaves the template is kept outside of the stack.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    for name, resource in deployed["Resources"].items():
        if resource["Type"] in _IDENTITY and name not in new["Resources"]:
            yield Finding(name, "it leaves the stack with its data; keep it in the template")


def _warmth(deployed: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    """Report warm throughput that decreases.

    Once increased, warm throughput cannot be decreased.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
    """
    for name, before, after in _common(deployed, new):
        old, next_ = (_properties(each).get("WarmThroughput", {}) for each in (before, after))
        for unit in sorted(old.keys() & next_.keys()):
            if int(next_[unit]) < int(old[unit]):
                yield Finding(name, f"its WarmThroughput.{unit} decreases, which AWS refuses")


def _common(
    deployed: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for name in deployed["Resources"].keys() & new["Resources"].keys():
        yield name, deployed["Resources"][name], new["Resources"][name]


def _properties(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = resource.get("Properties", {})
    return properties


def _index_definitions(resource: Mapping[str, Any]) -> dict[str, Any]:
    indexes = _properties(resource).get("GlobalSecondaryIndexes", ())
    return {index["IndexName"]: (index["KeySchema"], index.get("Projection")) for index in indexes}
