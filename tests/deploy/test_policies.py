import json
from typing import Any

import pytest

from deploy import paths

_POLICIES = sorted((paths.ROOT / ".chalice").glob("policy-*.json"))


@pytest.mark.parametrize("path", _POLICIES, ids=lambda path: path.stem)
def test_a_function_may_not_scan_administer_or_reach_everything(path: Any) -> None:
    for statement in json.loads(path.read_text())["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action or action == "dynamodb:Scan"]
        assert not [action for action in actions if action.endswith("Table") or action.startswith("iam:")]
        assert statement["Resource"] != "*"


def test_the_queue_waits_for_its_consumer_six_times_over() -> None:
    resources = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    functions = json.loads((paths.ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    timeout = functions["write_clicks"]["lambda_timeout"]
    assert resources["UnwrittenClicks"]["Properties"]["VisibilityTimeout"] == 6 * timeout


def test_a_message_of_pools_to_learn_of_waits_longer_than_they_may_take() -> None:
    resources = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    functions = json.loads((paths.ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    assert resources["Learning"]["Properties"]["VisibilityTimeout"] > functions["learn_pools"]["lambda_timeout"]
