from typing import Any

import pytest

from deploy.rules.check import findings
from tests.deploy.rules import stacks
from tests.deploy.rules.stacks import Change, broken


def _many_topics(resources: dict[str, Any]) -> None:
    resources.update({f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(501 - len(resources))})


def _large(resources: dict[str, Any]) -> None:
    resources["Alarms"]["Metadata"] = "x" * 1_000_000


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(_many_topics, "Resources: the template has 501; 500 are allowed (template_size)", id="resources"),
        pytest.param(
            lambda resources: resources["Emails"]["Properties"].update(QueueName="emails"),
            "Emails: its QueueName blocks a replacement; let CloudFormation choose the name (given_names)",
            id="given name",
        ),
        pytest.param(
            lambda resources: resources["ListEntriesTable"]["Properties"].update(TableName="t" * 256),
            "ListEntriesTable: its name has more than 255 characters; name the stack shorter (table_names)",
            id="table name",
        ),
    ],
)
def test_broken_limit_is_reported(change: Change, found: str) -> None:
    assert broken(change) == [found]


@pytest.mark.parametrize(("length", "found"), [(31, []), (32, ["AnnounceConversions"])])
def test_name_of_the_stack_fits_before_the_names_of_the_functions(length: int, found: list[str]) -> None:
    lines = findings(stacks.template(), "s" * length, stacks.TODAY)
    assert found == sorted(line.partition(":")[0] for line in lines if line.endswith("(function_names)"))


def test_template_of_more_than_a_megabyte_is_reported() -> None:
    (line,) = broken(_large)
    assert line.startswith("Template: it has 1,")
    assert line.endswith(" bytes; 1 MB is allowed (template_size)")


@pytest.mark.parametrize("declared", ["AWS::LanguageExtensions", ["AWS::LanguageExtensions"]])
def test_language_extensions_are_reported(declared: Any) -> None:
    document = {**stacks.template(), "Transform": declared}
    assert findings(document, "smartlink", stacks.TODAY) == ["Transform: remove AWS::LanguageExtensions (transforms)"]
