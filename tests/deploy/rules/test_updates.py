from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from deploy.rules.resolving import resolve
from deploy.rules.updates import changes
from tests.deploy import packaged

Change = Callable[[dict[str, Any]], object]

_TABLE = "ClicksTable"


def _index(name: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": [{"AttributeName": "x", "KeyType": "HASH"}]}


def _add(*names: str) -> Change:
    return lambda resources: resources[_TABLE]["Properties"].update(
        GlobalSecondaryIndexes=[_index(name) for name in names]
    )


def _set(**properties: Any) -> Change:
    return lambda resources: resources[_TABLE]["Properties"].update(properties)


def _warm_indexes(resources: dict[str, Any]) -> None:
    for index in resources["CampaignsTable"]["Properties"]["GlobalSecondaryIndexes"]:
        index["WarmThroughput"] = {"WriteUnitsPerSecond": "20000"}


def _other_index(resources: dict[str, Any]) -> None:
    resources["CampaignsTable"]["Properties"]["GlobalSecondaryIndexes"][0]["Projection"] = {
        "ProjectionType": "KEYS_ONLY"
    }


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(len, [], id="nothing"),
        pytest.param(_add("a"), [], id="one index"),
        pytest.param(
            _add("a", "b"),
            ["ClicksTable: a deployment can add or remove one index; a, b change. Deploy them one by one"],
            id="two indexes",
        ),
        pytest.param(
            _other_index,
            ["CampaignsTable: a deployment can add or remove one index; by_year change. Deploy them one by one"],
            id="index with another projection",
        ),
        pytest.param(_warm_indexes, [], id="warm indexes"),
        pytest.param(
            _set(KeySchema=[]),
            ["ClicksTable: its KeySchema changes: an empty resource would take the place of the data"],
            id="keys",
        ),
        pytest.param(
            lambda resources: resources.pop("Archive"),
            ["Archive: it leaves the stack with its data; keep it in the template"],
            id="bucket that leaves",
        ),
        pytest.param(lambda resources: resources.pop("Alarms"), [], id="topic that leaves"),
    ],
)
def test_change_that_aws_refuses_or_that_loses_data_is_reported(change: Change, found: list[str]) -> None:
    deployed = resolve(packaged.template())
    new = deepcopy(deployed)
    change(new["Resources"])
    assert changes(deployed, new) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        pytest.param("8000", "4000", 1, id="decreases"),
        pytest.param("4000", "12000", 0, id="increases"),
    ],
)
def test_warm_throughput_never_decreases(before: str, after: str, found: int) -> None:
    deployed, new = resolve(packaged.template()), resolve(packaged.template())
    _set(WarmThroughput={"WriteUnitsPerSecond": before})(deployed["Resources"])
    _set(WarmThroughput={"WriteUnitsPerSecond": after})(new["Resources"])
    line = "ClicksTable: its WarmThroughput.WriteUnitsPerSecond decreases, which AWS refuses"
    assert changes(deployed, new) == [line] * found
