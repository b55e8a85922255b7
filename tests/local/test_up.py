import json
from pathlib import Path

import pytest

from deploy import paths
from deploy.errors import CommandError
from local import up

STORED = {"url": "http://a1.execute-api.localhost:4566/api", "admin_key": "slk_admin_1", "edge_secret": "s"}


@pytest.fixture
def stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "STACK_FILE", tmp_path / "stack.json")
    return tmp_path / "stack.json"


def test_stack_has_the_addresses_of_both_doors(stack_file: Path) -> None:
    stack_file.write_text(json.dumps({**STORED, "tracking_url": "http://b2.execute-api.localhost:4566"}))
    assert up.running_stack().tracking_url == "http://b2.execute-api.localhost:4566"


def test_stack_of_a_release_with_one_door_has_its_address(stack_file: Path) -> None:
    stack_file.write_text(json.dumps(STORED))
    assert up.running_stack() == up.Running(**STORED, tracking_url=STORED["url"])


def test_stack_that_was_never_started_is_an_error(stack_file: Path) -> None:
    assert up.load_stack_or_none() is None
    with pytest.raises(CommandError, match="make up"):
        up.running_stack()
