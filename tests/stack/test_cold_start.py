"""Modules that a fresh process imports for one redirect on the stack's tables."""

import json
import subprocess
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path
from urllib.parse import urlsplit

from deploy import package, paths
from tests.stack.network import IPHONE, Network

FORBIDDEN = (
    *("pydantic", "boto3", "botocore", "pynamodb"),
    *("chalicelib.admin", "chalicelib.publisher", "chalicelib.reporting", "chalicelib.api_docs", "chalicelib.tables"),
)
ONE_REDIRECT = """
import json, sys
import app
answered = app.app(json.loads(sys.argv[1]), None)
print(json.dumps({"status": answered["statusCode"], "modules": sorted(sys.modules)}))
"""


def test_one_redirect_imports_no_module_of_other_parts(network: Network) -> None:
    code = urlsplit(network.link(network.smartlink({"campaign_id": network.campaign("cold")}))).path.rpartition("/")[2]
    event = {
        "headers": {"User-Agent": IPHONE},
        "multiValueQueryStringParameters": None,
        "pathParameters": {"code": code},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": "/s/{code}",
            "identity": {"sourceIp": "8.8.8.8"},
        },
    }
    environment = {
        "AWS_ENDPOINT_URL": paths.endpoint(),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TABLE_PREFIX": "smartlink-",
    }
    command = [sys.executable, "-X", "importtime", "-c", ONE_REDIRECT, json.dumps(event)]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["status"] == 302, [line for line in done.stderr.splitlines() if "import time" not in line]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "chalicelib.routing.decision" in imported
    loaded = imported.union(seen["modules"])
    assert [name for name in loaded if name.startswith(FORBIDDEN)] == []


def test_package_is_well_below_the_lambda_size_limit() -> None:
    archives = [paths.PACKAGES / "local" / name for name in (package.CODE, package.LAYER)]
    unzipped = sum(each.file_size for archive in archives for each in zipfile.ZipFile(archive).infolist())
    assert unzipped <= 90 * 10**6


def test_every_module_of_the_package_is_compiled() -> None:
    for archive in (package.CODE, package.LAYER):
        names = set(zipfile.ZipFile(paths.PACKAGES / "local" / archive).namelist())
        modules = {name for name in names if name.endswith(".py")}
        assert [name for name in modules if cache_from_source(name) not in names] == []
