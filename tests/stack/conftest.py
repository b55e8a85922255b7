"""The deployed stack, which all tests of this folder need."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy import cloud
from tests.stack.network import Network

CLOCKWORK = {
    "counters",
    "runs",
    "batch_claims",
    "click_lists",
    "postback_deliveries",
    "notifications",
    "weight_history",
}
"""Tables that streams, queues and schedules write asynchronously, perhaps still for earlier tests."""

STACK_FILE = Path(__file__).parent.parent.parent / ".local" / "stack.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def deployed() -> dict[str, Any]:
    """Return the stack file of `make up`."""
    if not STACK_FILE.is_file():
        pytest.fail("there is no stack: run `make up` first (`make test` does), or leave these out with -m 'not stack'")
    kept: dict[str, Any] = json.loads(STACK_FILE.read_text())
    os.environ["SMARTLINK_PORT"] = str(urlsplit(kept["url"]).port)
    return kept


@pytest.fixture
def network(deployed: dict[str, Any]) -> Network:
    """Return a network on the stack with a unique mark."""
    return Network(deployed["url"], deployed["admin_key"], deployed["edge_secret"])


@pytest.fixture
def count_items(deployed: dict[str, Any]) -> Callable[[], dict[str, int]]:
    """Return a function that counts the items of every table that requests write."""
    here = cloud.local()
    client = here.session.client("dynamodb", endpoint_url=here.endpoint)
    names = [name for name in client.list_tables()["TableNames"] if name.startswith("smartlink-")]
    names = [name for name in names if name.removeprefix("smartlink-") not in CLOCKWORK]

    def count() -> dict[str, int]:
        return {name: client.scan(TableName=name, Select="COUNT")["Count"] for name in names}

    return count
