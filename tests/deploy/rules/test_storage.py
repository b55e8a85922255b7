from typing import Any

import pytest

from tests.deploy.rules.stacks import Change, broken


def _attribute(name: str, attribute: str, value: Any) -> Change:
    return lambda resources: resources[name].update({attribute: value})


def _set(name: str, **properties: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(properties)


def _without(name: str, part: str) -> Change:
    return lambda resources: resources[name]["Properties"].pop(part)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            _attribute("Alarms", "UpdateReplacePolicy", "RetainExceptOnCreate"),
            "Alarms: its UpdateReplacePolicy is RetainExceptOnCreate; AWS accepts Delete, Retain, Snapshot "
            "(policy_values)",
            id="replacement policy",
        ),
        pytest.param(
            _attribute("Alarms", "DeletionPolicy", {"Ref": "Policy"}),
            "Alarms: its DeletionPolicy is {'Ref': 'Policy'}; AWS accepts Delete, Retain, RetainExceptOnCreate, "
            "Snapshot (policy_values)",
            id="policy by reference",
        ),
        pytest.param(
            _attribute("Archive", "DeletionPolicy", "Delete"),
            "Archive: its DeletionPolicy must be RetainExceptOnCreate: it holds data (data_outlives_the_stack)",
            id="deleted with the stack",
        ),
        pytest.param(
            _attribute("ClicksTable", "UpdateReplacePolicy", "Delete"),
            "ClicksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
            id="deleted by replacement",
        ),
        pytest.param(
            _without("ClicksTable", "SSESpecification"),
            "ClicksTable: its SSESpecification must enable encryption (encryption)",
            id="table in clear",
        ),
        pytest.param(
            _without("Emails", "SqsManagedSseEnabled"),
            "Emails: set SqsManagedSseEnabled, or a key (encryption)",
            id="queue in clear",
        ),
        pytest.param(
            _without("Archive", "BucketEncryption"),
            "Archive: its BucketEncryption is missing (encryption)",
            id="bucket in clear",
        ),
        pytest.param(
            _set("Archive", PublicAccessBlockConfiguration={"BlockPublicAcls": True}),
            "Archive: its PublicAccessBlockConfiguration must set all four settings (no_public_bucket)",
            id="public bucket",
        ),
        pytest.param(
            _set("ClicksTable", WarmThroughput={"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 3999}),
            "ClicksTable: its WarmThroughput.WriteUnitsPerSecond is 3999; 4,000 is the least (warm_throughput)",
            id="warm throughput",
        ),
        pytest.param(
            _set("PoolsTable", GlobalSecondaryIndexes=[{"IndexName": "i"}] * 21),
            "PoolsTable: it has 21 indexes; 20 are allowed (number_of_indexes)",
            id="indexes",
        ),
    ],
)
def test_broken_storage_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]
