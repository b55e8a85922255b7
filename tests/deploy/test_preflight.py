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
    """A fake session and client: one bucket in `location`, and a deployed template or the error without one."""

    region_name = "eu-west-1"

    def __init__(self, location: str | None, deployed: dict[str, Any] | str) -> None:
        self.location, self.deployed = location, deployed

    def client(self, *_: object, **__: object) -> "_Aws":
        return self

    def get_template(self, **_: object) -> dict[str, Any]:
        match self.deployed:
            case str(code):
                raise ClientError({"Error": {"Code": "ValidationError", "Message": code}}, "GetTemplate")
            case deployed:
                return {"TemplateBody": deployed}

    def get_bucket_location(self, **_: object) -> dict[str, str | None]:
        if self.location == "nowhere":
            raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": "It is not there"}}, "GetBucketLocation")
        return {"LocationConstraint": self.location}


def _cloud(location: str | None = "eu-west-1", deployed: dict[str, Any] | str = "") -> Cloud:
    return Cloud(cast("boto3.Session", _Aws(location, deployed)), None, "prod", "smartlink-prod", "packages")


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
    for name in ("LinksTable", "ClicksTable"):
        del template["Resources"][name]["UpdateReplacePolicy"]
    (folder / package.TEMPLATE).write_text(json.dumps(template))
    with pytest.raises(CommandError) as raised:
        preflight.check_package(_cloud(), folder, {})
    assert str(raised.value).splitlines() == [
        "The template breaks rules of AWS (docs/aws-rules.md):",
        "  LinksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
        "  ClicksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
    ]


def test_change_that_loses_no_data_is_accepted(folder: Path) -> None:
    preflight.check_change(_cloud(deployed=packaged.template()), folder)
    preflight.check_change(_cloud(deployed="Stack smartlink-prod does not exist"), folder)


def test_change_that_would_replace_a_table_is_refused(folder: Path) -> None:
    deployed = packaged.template()
    deployed["Resources"]["LinksTable"]["Properties"]["KeySchema"] = []
    with pytest.raises(CommandError, match="LinksTable: its KeySchema changes: an empty resource would take the place"):
        preflight.check_change(_cloud(deployed=deployed), folder)


def test_error_of_cloudformation_is_shown(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"CloudFormation rejected the request: .*Token expired"):
        preflight.check_change(_cloud(deployed="Token expired"), folder)


@pytest.mark.parametrize("location", ["eu-west-1", "EU"])
def test_bucket_in_the_region_of_the_stack_is_accepted(location: str) -> None:
    preflight.check_bucket(_cloud(location))


@pytest.mark.parametrize(
    ("location", "message"),
    [
        pytest.param(None, "The bucket packages is in us-east-1, but the stack is deployed to eu-west-1", id="first"),
        pytest.param("eu-north-1", "is in eu-north-1, but the stack is deployed to eu-west-1", id="another"),
        pytest.param("nowhere", "The bucket packages of DEPLOY_BUCKET cannot be used: .*It is not there", id="none"),
    ],
)
def test_bucket_elsewhere_is_refused(location: str | None, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        preflight.check_bucket(_cloud(location))
