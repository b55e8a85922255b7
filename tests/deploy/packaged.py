"""The template of a stage, made as `make deploy` makes it but without the archives that it refers to."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from chalice.awsclient import TypedAWSClient
from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import AppOnlyDeploymentPackager, LayerDeploymentPackager
from chalice.package import PackageOptions, create_app_packager

from deploy import package, paths
from deploy.template.build import build


def template(stage: str = "prod") -> dict[str, Any]:
    """Return a copy of the stack's template."""
    return deepcopy(build(chalice_template(stage), package.project()))


@cache
def chalice_template(stage: str) -> dict[str, Any]:
    """Return the template that Chalice packages, merged with `.chalice/resources.json`."""
    factory = CLIFactory(str(paths.ROOT))
    config = factory.create_config_obj(stage)
    session = factory.create_botocore_session()
    session.set_config_variable("region", "us-east-1")
    options = PackageOptions(TypedAWSClient(session))
    merged = str(paths.ROOT / ".chalice" / "resources.json")
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "empty.zip"
        archive.touch()
        with (
            patch.object(AppOnlyDeploymentPackager, "create_deployment_package", return_value=str(archive)),
            patch.object(LayerDeploymentPackager, "create_deployment_package", return_value=str(archive)),
        ):
            packager = create_app_packager(config, options, merge_template=merged)
            packager.package_app(config, folder, stage)
        packaged: dict[str, Any] = json.loads((Path(folder) / package.TEMPLATE).read_text())
    return packaged
