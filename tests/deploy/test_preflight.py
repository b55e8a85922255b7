import json
import zipfile
from pathlib import Path

import boto3
import pytest

from deploy import package, preflight
from deploy.cloud import Cloud
from deploy.errors import CommandError
from tests.deploy import packaged

CLOUD = Cloud(boto3.Session(), None, "prod", "smartlink-prod", "packages")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged template with empty archives."""
    for name in (package.CODE, package.LAYER):
        with zipfile.ZipFile(tmp_path / name, "w"):
            pass
    (tmp_path / package.TEMPLATE).write_text(json.dumps(packaged.template()))
    return tmp_path


def test_package_that_follows_the_rules_is_accepted(folder: Path) -> None:
    preflight.check_package(CLOUD, folder, {})


def test_package_that_breaks_a_rule_is_refused_with_every_finding(folder: Path) -> None:
    template = packaged.template()
    for name in ("LinksTable", "ClicksTable"):
        del template["Resources"][name]["UpdateReplacePolicy"]
    (folder / package.TEMPLATE).write_text(json.dumps(template))
    with pytest.raises(CommandError) as raised:
        preflight.check_package(CLOUD, folder, {})
    assert str(raised.value).splitlines() == [
        "The template breaks rules of AWS (docs/aws-rules.md):",
        "  LinksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
        "  ClicksTable: its UpdateReplacePolicy must be Retain: it holds data (data_outlives_the_stack)",
    ]
