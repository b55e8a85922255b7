import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy import package, preflight
from deploy.cloud import Cloud
from deploy.errors import CommandError
from tests.deploy import packaged


class _Aws:
    """A fake session and client: a deployed template with its parameters and status, or the error without one."""

    region_name = "eu-west-1"

    def __init__(self, deployed: dict[str, Any] | str, status: str, values: dict[str, str]) -> None:
        self.deployed, self.status = deployed, status
        self.parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]

    def client(self, *_: object, **__: object) -> "_Aws":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        if isinstance(self.deployed, str):
            raise ClientError({"Error": {"Code": "ValidationError", "Message": self.deployed}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.status, "Parameters": self.parameters}]}

    def get_template(self, **_: object) -> dict[str, Any]:
        return {"TemplateBody": self.deployed}


def _cloud(deployed: dict[str, Any] | str = "", status: str = "UPDATE_COMPLETE", **values: str) -> Cloud:
    session = cast("boto3.Session", _Aws(deployed, status, values))
    return Cloud(session, None, "prod", "smartlink-prod", "packages")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged template with empty archives."""
    for name in (package.CODE, package.LAYER):
        with zipfile.ZipFile(tmp_path / name, "w"):
            pass
    (tmp_path / package.TEMPLATE).write_text(json.dumps(packaged.template()))
    return tmp_path


def test_package_that_follows_the_rules_is_accepted(folder: Path) -> None:
    preflight.check_package(_cloud(), folder, {})


def test_package_that_breaks_a_rule_is_refused_with_every_finding(folder: Path) -> None:
    template = packaged.template()
    for name in ("ClicksTable", "LinksTable"):
        del template["Resources"][name]["UpdateReplacePolicy"]
    (folder / package.TEMPLATE).write_text(json.dumps(template))
    with pytest.raises(CommandError) as raised:
        preflight.check_package(_cloud(), folder, {})
    assert str(raised.value).splitlines() == [
        "The template breaks rules of AWS (docs/aws-rules.md):",
        "  ClicksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
        "  LinksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
    ]


def test_values_that_are_not_possible_are_refused_before_the_rules(folder: Path) -> None:
    with pytest.raises(CommandError) as raised:
        preflight.check_package(
            _cloud(), folder, {"WarmWrites": "20k", "RedirectConcurrency": "many", "Canary": "true"}
        )
    assert str(raised.value).splitlines() == [
        "Some values are not possible:",
        "  WarmWrites must be a whole number of at least 0, not 20k.",
        "  RedirectConcurrency must be a whole number of at least -1, not many.",
    ]


def test_emulator_runs_a_python_that_aws_no_longer_supports(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "datetime", SimpleNamespace(now=lambda _: datetime(2030, 1, 1, tzinfo=UTC)))
    (folder / package.TEMPLATE).write_text(json.dumps(packaged.template("local")))
    emulator = replace(_cloud(), endpoint="http://127.0.0.1:4566")
    preflight.check_package(emulator, folder, {})
    with pytest.raises(CommandError, match=r"Redirect: AWS deprecates python3\.\d+ on .*; deploy with a newer RUNTIME"):
        preflight.check_package(_cloud(), folder, {})


def test_change_that_loses_no_data_is_accepted(folder: Path) -> None:
    preflight.check_change(_cloud(deployed=packaged.template()), folder, {})
    preflight.check_change(_cloud(deployed="Stack smartlink-prod does not exist"), folder, {})


def test_change_that_would_replace_a_table_is_refused(folder: Path) -> None:
    deployed = packaged.template()
    deployed["Resources"]["LinksTable"]["Properties"]["KeySchema"] = []
    with pytest.raises(CommandError, match="LinksTable: its KeySchema changes: an empty resource would take the place"):
        preflight.check_change(_cloud(deployed=deployed), folder, {})


@pytest.mark.parametrize(
    ("status", "deployed"),
    [
        pytest.param("REVIEW_IN_PROGRESS", {}, id="first changes were not confirmed"),
        pytest.param("ROLLBACK_COMPLETE", {"Resources": {"Old": {"Type": "AWS::S3::Bucket"}}}, id="creation failed"),
    ],
)
def test_stack_that_was_never_created_holds_nothing_to_lose(
    folder: Path, status: str, deployed: dict[str, Any]
) -> None:
    preflight.check_change(_cloud(deployed=deployed, status=status), folder, {})


def test_smaller_value_of_a_parameter_that_can_only_increase_is_refused(folder: Path) -> None:
    deployed = _cloud(deployed=packaged.template(), WarmWrites="20000")
    preflight.check_change(deployed, folder, {})
    preflight.check_change(deployed, folder, {"WarmWrites": "40000"})
    with pytest.raises(CommandError, match=r"ClicksTable: its WarmThroughput.WriteUnitsPerSecond decreases"):
        preflight.check_change(deployed, folder, {"WarmWrites": "12000"})


def test_error_of_cloudformation_is_shown(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"CloudFormation rejected the request: .*Token expired"):
        preflight.check_change(_cloud(deployed="Token expired"), folder, {})
