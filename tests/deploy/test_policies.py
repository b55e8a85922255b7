import json
from typing import Any

import pytest

from deploy import paths

_POLICIES = sorted((paths.ROOT / ".chalice").glob("policy-*.json"))


@pytest.mark.parametrize("path", _POLICIES, ids=lambda path: path.stem)
def test_policy_allows_no_scan_no_administration_and_no_wildcard_resource(path: Any) -> None:
    for statement in json.loads(path.read_text())["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action or action == "dynamodb:Scan"]
        assert not [action for action in actions if action.endswith("Table") or action.startswith("iam:")]
        assert statement["Resource"] != "*"


@pytest.mark.parametrize(("queue", "function"), [("UnwrittenClicks", "write_clicks"), ("Merging", "merge_partitions")])
def test_visibility_timeout_of_a_queue_is_six_lambda_timeouts(queue: str, function: str) -> None:
    resources = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    functions = json.loads((paths.ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    timeout = functions[function]["lambda_timeout"]
    assert resources[queue]["Properties"]["VisibilityTimeout"] == 6 * timeout


@pytest.mark.parametrize(
    ("queue", "function"),
    [("Learning", "learn_pools"), ("Imports", "import_conversions"), ("Emails", "send_emails")],
)
def test_visibility_timeout_of_a_queue_exceeds_the_lambda_timeout(queue: str, function: str) -> None:
    resources = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())["Resources"]
    functions = json.loads((paths.ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    assert resources[queue]["Properties"]["VisibilityTimeout"] > functions[function]["lambda_timeout"]
