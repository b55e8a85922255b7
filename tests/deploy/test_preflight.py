import json
import zipfile
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy import package, preflight
from deploy.cloud import Cloud
from deploy.errors import CommandError
from tests.deploy import packaged


class _Aws:
    """A fake session and client: a deployed template, or the error without one."""

    region_name = "eu-west-1"

    def __init__(self, deployed: dict[str, Any] | str) -> None:
        self.deployed = deployed

    def client(self, *_: object, **__: object) -> "_Aws":
        return self

    def get_template(self, **_: object) -> dict[str, Any]:
        match self.deployed:
            case str(code):
                raise ClientError({"Error": {"Code": "ValidationError", "Message": code}}, "GetTemplate")
            case deployed:
                return {"TemplateBody": deployed}


def _cloud(deployed: dict[str, Any] | str = "") -> Cloud:
    return Cloud(cast("boto3.Session", _Aws(deployed)), None, "prod", "smartlink-prod", "packages")


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


def test_change_that_loses_no_data_is_accepted(folder: Path) -> None:
    preflight.check_change(_cloud(deployed=packaged.template()), folder)
    preflight.check_change(_cloud(deployed="Stack smartlink-prod does not exist"), folder)
    preflight.check_change(_cloud(deployed={}), folder)


def test_change_that_would_replace_a_table_is_refused(folder: Path) -> None:
    deployed = packaged.template()
    deployed["Resources"]["LinksTable"]["Properties"]["KeySchema"] = []
    with pytest.raises(CommandError, match="LinksTable: its KeySchema changes: an empty resource would take the place"):
        preflight.check_change(_cloud(deployed=deployed), folder)


def test_error_of_cloudformation_is_shown(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"CloudFormation rejected the request: .*Token expired"):
        preflight.check_change(_cloud(deployed="Token expired"), folder)
