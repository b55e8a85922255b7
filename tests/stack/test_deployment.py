"""`make deploy` and `make undeploy`, into the emulator: a second stack beside the one of `make up`."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from deploy import cloud
from local.http import get

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parent.parent.parent
STACK = "smartlink-trial"
Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def make(deployed: dict[str, Any]) -> Iterator[Make]:
    """Provide a function that runs make for the stage `trial`. Delete its stack at the end."""
    port = urlsplit(deployed["url"]).port
    aws = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SMARTLINK_PORT": str(port),
    }
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    environment = {**os.environ, **aws, **keys}

    def run(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {"STAGE": "trial", "DEPLOY_BUCKET": "trial-packages", **variables}
        arguments = ["make", "-s", command, *(f"{name}={value}" for name, value in given.items())]
        return subprocess.run(
            arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )

    yield run
    run("undeploy", DELETE_DATA=STACK, CONFIRM="yes")


def _client(service: Any) -> Any:
    here = cloud.local()
    session: boto3.Session = here.session
    return session.client(service, endpoint_url=here.endpoint)


def _stack() -> dict[str, Any]:
    found: dict[str, Any] = _client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return found


def _tables() -> list[str]:
    return [name for name in _client("dynamodb").list_tables()["TableNames"] if name.startswith(f"{STACK}-")]


def test_stack_is_deployed_tested_changed_and_kept_while_it_holds_data(make: Make) -> None:
    unconfirmed = make("deploy")
    assert unconfirmed.returncode != 0
    assert "there is no terminal to confirm at. Set CONFIRM=yes" in unconfirmed.stderr
    assert _tables() == []

    first = make("deploy", CONFIRM="yes")
    assert first.returncode == 0, first.stderr
    assert re.search(r"^  add +\d+ resources +DynamoDB::Table$", first.stdout, re.MULTILINE)
    assert "The smoke test passed: a click through each door, and a postback." in first.stdout
    api = next(line.split()[-1] for line in first.stdout.splitlines() if line.startswith("API:"))
    assert get(f"{api}/health").status == 200
    assert _stack()["EnableTerminationProtection"] is True
    table = _client("dynamodb").describe_table(TableName=_tables()[0])["Table"]
    assert table["DeletionProtectionEnabled"] is True

    changed = make("deploy", CONFIRM="yes", CLICK_DAYS="60")
    rows = [line.split()[:3] for line in changed.stdout.splitlines() if line.startswith(("  modify", "  add"))]
    assert [row[:2] for row in rows if row[2] == "Lambda::Function"] == [
        ["modify", "APIHandler"],
        ["modify", "Redirect"],
    ]
    assert len([row for row in rows if row[0] == "add" and row[2] == "Lambda::Version"]) == 2

    refused = make("undeploy", CONFIRM="yes")
    assert refused.returncode != 0
    assert f"{STACK}-clicks" in refused.stdout
    assert f"{STACK} holds data, so it was not deleted. Set DELETE_DATA={STACK}" in refused.stderr
    assert _stack()["StackStatus"] == "UPDATE_COMPLETE"

    deleted = make("undeploy", CONFIRM="yes", DELETE_DATA=STACK)
    assert deleted.returncode == 0, deleted.stderr
    assert _tables() == []
