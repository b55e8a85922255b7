from collections.abc import Callable
from datetime import date

import pytest

from deploy import paths
from deploy.rules.check import RULES, findings
from tests.deploy.rules import stacks


def test_packaged_template_follows_every_rule() -> None:
    assert findings(stacks.template(), "smartlink-prod", stacks.TODAY) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_cites_the_page_of_aws(rule: object) -> None:
    assert "https://docs.aws.amazon.com/" in str(rule.__doc__)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_page_on_the_rules_lists_each(rule: Callable[..., object]) -> None:
    assert f"| `{rule.__name__}` |" in (paths.ROOT / "docs" / "aws-rules.md").read_text()


def test_finding_names_resource_problem_and_rule_once() -> None:
    document = stacks.template()
    del document["Resources"]["LinksTable"]["DeletionPolicy"]
    assert findings(document, "smartlink-prod", date(2026, 11, 28)) == [
        "LinksTable: its DeletionPolicy must be RetainExceptOnCreate: it holds data (data_outlives_the_stack)"
    ]


def test_given_values_are_checked_instead_of_the_defaults() -> None:
    document = stacks.template()
    assert findings(document, "smartlink-prod", stacks.TODAY, {"RedirectConcurrency": "0"}) == [
        "Redirect: 0 reserved processes are fewer than the 0 of its queues (maximum_concurrency)"
    ]
