"""What a fresh process imports for one redirect, with the stack's tables behind it."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from local import paths
from tests.stack.network import IPHONE, Network

FORBIDDEN = ("pydantic", "chalicelib.admin", "chalicelib.publisher", "chalicelib.reporting", "chalicelib.console")
ONE_REDIRECT = """
import json, sys
import app
answered = app.app(json.loads(sys.argv[1]), None)
print(json.dumps({"status": answered["statusCode"], "modules": sorted(sys.modules)}))
"""


def test_one_redirect_imports_nothing_of_the_other_sides(network: Network) -> None:
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
