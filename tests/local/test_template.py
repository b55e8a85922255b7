from copy import deepcopy

import pytest

from deploy.template import canary
from local import template
from tests.deploy import packaged


def test_emulator_deletes_every_resource_with_its_stack() -> None:
    original = packaged.template("local")
    before = deepcopy(original)
    changed = template.for_emulator(original)
    policies = {"DeletionPolicy", "UpdateReplacePolicy"}
    assert not [name for name, each in changed["Resources"].items() if policies & each.keys()]
    assert original == before


def test_links_have_the_address_of_the_http_api_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTLINK_PORT", "4599")
    changed = template.for_emulator(packaged.template("local"))
    variables = changed["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["TRACKING_URL"] == {"Fn::Sub": "http://${TrackingApi}.execute-api.localhost:4599"}


def test_tracking_domains_are_active_without_dns_on_this_machine() -> None:
    original = packaged.template("local")
    changed = template.for_emulator(original)
    found = [
        each["Resources"]["ManageDomains"]["Properties"]["Environment"]["Variables"] for each in (original, changed)
    ]
    assert [each.get("TRACKING_DNS_CHECK") for each in found] == [None, "0"]


def test_emulator_gets_no_condition_that_nothing_uses() -> None:
    changed = template.for_emulator(packaged.template("local"))
    assert not {"HasTrackingUrl", "HasPublicUrl", "HasMonthlyBudget"} & changed["Conditions"].keys()
    assert "HasEmailFrom" in packaged.template("local")["Conditions"]


def test_emulator_gets_no_resource_that_it_does_not_know() -> None:
    types = {each["Type"] for each in template.for_emulator(packaged.template("local"))["Resources"].values()}
    assert not {kind for kind in types if kind.startswith(("AWS::Budgets::", "AWS::CodeDeploy::"))}


def test_emulator_deletes_old_versions_of_functions() -> None:
    resources = template.for_emulator(packaged.template("local"))["Resources"].values()
    functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    assert {each["VersionDeletionPolicy"] for each in functions} == {"Delete"}


def test_emulator_changes_the_redirect_at_once() -> None:
    resources = template.for_emulator(packaged.template("local"))["Resources"]
    assert "DeploymentPreference" not in resources["Redirect"]["Properties"]
    assert resources.keys().isdisjoint(canary.ALARMS)


def test_limits_of_queues_are_numbers() -> None:
    changed = template.for_emulator(packaged.template("local"))
    functions = [each for each in changed["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    events = [event for each in functions for event in each["Properties"].get("Events", {}).values()]
    limits = [event["Properties"]["ScalingConfig"] for event in events if "ScalingConfig" in event["Properties"]]
    assert sorted(limit["MaximumConcurrency"] for limit in limits) == [2, 5, 5, 20, 20]
