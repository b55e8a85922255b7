import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from deploy import parameters, paths
from tests.deploy import packaged

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


def _deployed(*names: str, **outputs: str) -> "StackTypeDef":
    return {
        "StackName": "smartlink-prod",
        "StackStatus": "UPDATE_COMPLETE",
        "CreationTime": datetime(2026, 11, 1, tzinfo=UTC),
        "Parameters": [{"ParameterKey": name, "ParameterValue": "****"} for name in names],
        "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
    }


def test_omitted_parameter_keeps_its_value() -> None:
    declared = ["EdgeSecret", "PublicUrl"]
    assert parameters.parameters_of(_deployed(*declared), {"PublicUrl": "https://go.example"}, declared) == [
        {"ParameterKey": "EdgeSecret", "UsePreviousValue": True},
        {"ParameterKey": "PublicUrl", "ParameterValue": "https://go.example"},
    ]


def test_first_deployment_has_no_previous_values() -> None:
    assert parameters.parameters_of(None, {}, ["PublicUrl"]) == []


def test_parameter_that_the_new_template_lacks_is_not_passed() -> None:
    assert parameters.parameters_of(_deployed("TableDeletionPolicy"), {}, ["PublicUrl"]) == []


@pytest.mark.parametrize(
    "deployed",
    [
        pytest.param(None, id="no stack"),
        pytest.param(_deployed("EdgeSecret"), id="a stack of an earlier release"),
    ],
)
def test_missing_secret_is_generated_at_random(deployed: "StackTypeDef | None") -> None:
    generated = [parameters.missing_secrets(deployed) for _ in range(2)]
    assert [set(each) for each in generated] == [{"VisitorHashKey"}] * 2
    assert generated[0] != generated[1]
    assert all(32 <= len(each["VisitorHashKey"]) <= 64 for each in generated)


def test_secret_of_a_stack_is_kept() -> None:
    deployed = _deployed("VisitorHashKey")
    assert parameters.missing_secrets(deployed) == {}
    assert parameters.parameters_of(deployed, {}, ["VisitorHashKey"]) == [
        {"ParameterKey": "VisitorHashKey", "UsePreviousValue": True}
    ]


def test_generated_secrets_are_hidden_parameters_without_a_default() -> None:
    template = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())
    generated = [template["Parameters"][name] for name in parameters.missing_secrets(None)]
    assert [(each["NoEcho"], "Default" in each) for each in generated] == [(True, False)]
    variables = template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["VISITOR_HASH_KEY"] == {"Ref": "VisitorHashKey"}


def test_values_of_parameters_are_those_that_cloudformation_shows() -> None:
    assert parameters.values_of(None) == {}
    assert parameters.values_of(_deployed("EdgeSecret")) == {"EdgeSecret": "****"}


def test_digest_of_a_passed_value_depends_on_the_value_only() -> None:
    declared = {"EdgeSecret": {"Default": ""}, "VisitorHashKey": {}}
    first, second = (parameters.digests(None, {"EdgeSecret": value}, declared) for value in ("one", "two"))
    assert first == parameters.digests(_deployed(), {"EdgeSecret": "one"}, declared)
    assert first["EdgeSecret"] != second["EdgeSecret"]
    assert first.keys() == {"EdgeSecret"}


def test_kept_value_has_its_stored_digest() -> None:
    declared = {"EdgeSecret": {"Default": ""}}
    stored = _deployed("EdgeSecret", ParameterDigests='{"EdgeSecret": "0a1b2c3d", "Removed": "00"}')
    assert parameters.digests(stored, {}, declared) == {"EdgeSecret": "0a1b2c3d"}


def test_kept_value_of_a_release_without_digests_counts_as_unchanged() -> None:
    declared = {"EdgeSecret": {"Default": ""}}
    first = parameters.digests(_deployed("EdgeSecret"), {}, declared)
    assert parameters.digests(_deployed("EdgeSecret", ParameterDigests=json.dumps(first)), {}, declared) == first


def test_new_parameter_has_the_digest_of_its_default() -> None:
    declared = {"ClickDays": {"Default": 90}}
    assert parameters.digests(_deployed("EdgeSecret"), {}, declared) == parameters.digests(
        None, {"ClickDays": "90"}, declared
    )


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("WarmWrites", "20k", "WarmWrites must be a whole number of at least 0, not 20k."),
        ("WarmWrites", "20000", None),
        ("RedirectConcurrency", "-2", "RedirectConcurrency must be a whole number of at least -1, not -2."),
        ("RedirectConcurrency", "-1", None),
        ("PostbackConcurrency", "1", "PostbackConcurrency must be a whole number from 2 to 1000, not 1."),
        ("PostbackConcurrency", "1000", None),
        ("MonthlyBudget", "00", "MonthlyBudget must be a whole number of at least 0, not 00."),
        ("MonthlyBudget", "", "MonthlyBudget must be a whole number of at least 0, not empty."),
        ("Canary", "no", "Canary must be true or false, not no."),
        ("AlarmEmail", "", None),
        ("EmailFrom", "Ann <ann@network.example>", "EmailFrom must be an e-mail address without a name, not Ann <ann@"),
        ("VisitorHashKey", "short", "VisitorHashKey must be a text of 32 to 64 characters."),
        ("EdgeSecret", "x" * 256, None),
    ],
)
def test_value_that_its_parameter_does_not_take_is_a_problem(name: str, value: str, found: str | None) -> None:
    problems = parameters.problems({name: value}, packaged.template()["Parameters"])
    assert [problem[: len(found or "")] for problem in problems] == ([found] if found else [])
