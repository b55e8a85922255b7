import json
from typing import Any

import pytest

from deploy import paths
from tests import aws_calls

_WITHOUT_RESOURCE = {"acm:RequestCertificate"}
"""Actions that AWS allows for all resources or for none: what they make has no name yet."""

_POLICIES = sorted((paths.ROOT / ".chalice").glob("policy-*.json"))


@pytest.mark.parametrize("path", _POLICIES, ids=lambda path: path.stem)
def test_policy_allows_no_scan_no_administration_and_no_wildcard_resource(path: Any) -> None:
    for statement in json.loads(path.read_text())["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action or action == "dynamodb:Scan"]
        assert not [action for action in actions if action.endswith("Table") or action.startswith("iam:")]
        assert statement["Resource"] != "*" or (set(actions) <= _WITHOUT_RESOURCE and statement["Condition"])


def test_policies_allow_what_the_inventory_has_and_nothing_else() -> None:
    assert aws_calls.allowed() == aws_calls.inventory().keys()


def test_api_deletes_only_what_admins_and_publishers_remove() -> None:
    deleted = {call.resource for call in aws_calls.allowed() if call[:2] == ("api_handler", "dynamodb:DeleteItem")}
    assert deleted == {
        *("api_keys", "conversion_lists", "list_entries", "offers", "postback_deliveries", "postbacks"),
        *("replaced_tokens", "routes", "smartlink_tasks"),
    }
