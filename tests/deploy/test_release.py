from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy import (
    cloud,
    old_versions,
    package,
    preflight,
    prerequisites,
    protection,
    questions,
    release,
    smoke_test,
    stack,
    swagger_ui,
)
from deploy.changes import Action, Change
from deploy.errors import CommandError
from deploy.smoke_test import Doors
from tests.deploy.fake_cloudformation import FakeCloudFormation

OUTPUTS = {
    "RestAPIId": "rest123",
    "TrackingApiId": "http123",
    "EndpointURL": "https://rest123.execute-api.eu-west-1.amazonaws.com/api/",
}
DOORS = Doors(
    "https://rest123.execute-api.eu-west-1.amazonaws.com/api", "https://http123.execute-api.eu-west-1.amazonaws.com"
)


class _Release:
    """A release of a package that is deployed already, with what was called."""

    def __init__(self) -> None:
        self.fake, self.deployed, self.calls = FakeCloudFormation("AlarmEmail"), True, list[Any]()
        self.fake.stack["Outputs"] = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]

    def deploy(self, _: object, folder: Path, values: object, adapt: object, review: stack.Review) -> bool:
        self.calls.append((folder.name, values, adapt.__name__))  # type: ignore[attr-defined]  # a function
        review([Change(Action.MODIFY, "Redirect", "AWS::Lambda::Function")])
        return self.deployed

    def roll_back(self, _: object, review: stack.Review) -> None:
        self.calls.append("roll back")
        review([Change(Action.REMOVE, "ClicksTable", "AWS::DynamoDB::Table")])


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> _Release:
    made = _Release()
    monkeypatch.setenv("CONFIRM", "yes")
    monkeypatch.delenv("DELETE_DATA", raising=False)
    monkeypatch.setattr(cloud, "account", lambda _: made.fake.cloud)
    monkeypatch.setattr(prerequisites, "check", lambda _: "123456789012")
    monkeypatch.setattr(prerequisites, "check_access_logs", lambda _, logs: made.calls.append(logs) if logs else None)
    monkeypatch.setattr(release, "ensure_databases", lambda: None)
    monkeypatch.setattr(swagger_ui, "ensure", lambda: None)
    monkeypatch.setattr(package, "build", Path)
    monkeypatch.setattr(preflight, "check_package", lambda *_: None)
    monkeypatch.setattr(preflight, "check_change", lambda *_: None)
    monkeypatch.setattr(stack, "deploy", made.deploy)
    monkeypatch.setattr(stack, "roll_back", made.roll_back)
    monkeypatch.setattr(protection, "set_protection", lambda _, on: made.calls.append(f"protection {on}"))
    monkeypatch.setattr(old_versions, "delete", lambda _: 0)
    monkeypatch.setattr(smoke_test, "run", lambda _, doors: made.calls.append(doors))
    return made


def test_deployment_protects_tests_and_prints_the_addresses(
    released: _Release, capsys: pytest.CaptureFixture[str]
) -> None:
    released.fake.resources = {"AWS::CloudWatch::Dashboard": ["smartlink-prod"]}
    release.deploy("prod", {"ClickDays": "60"})
    assert released.calls == [("prod", {"ClickDays": "60"}, "dict"), "protection True", DOORS]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Deploying smartlink-prod to eu-west-1 of the account 123456789012 …"
    assert lines[2].split() == ["modify", "Redirect", "Lambda::Function"]
    console = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard"
    assert [line.split()[-1] for line in lines[-4:]] == [
        DOORS.rest,
        f"{DOORS.rest}/docs",
        DOORS.tracking,
        f"{console}/smartlink-prod",
    ]


@pytest.mark.parametrize(("given", "logs"), [({}, "api"), ({"AccessLogs": "tracking"}, "tracking")])
def test_role_for_access_logs_is_checked_with_the_value_that_the_stack_gets(
    released: _Release, given: dict[str, str], logs: str
) -> None:
    released.fake.stack["Parameters"].append({"ParameterKey": "AccessLogs", "ParameterValue": "api"})
    release.deploy("prod", given)
    assert released.calls[0] == logs


def test_unchanged_stack_is_tested_too(released: _Release, capsys: pytest.CaptureFixture[str]) -> None:
    released.deployed = False
    release.deploy("prod", {})
    assert released.calls[-1] == DOORS
    assert "Nothing changed since the last deployment." in capsys.readouterr().out


def test_emulator_gets_the_package_and_the_template_of_the_local_stack(
    released: _Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = replace(released.fake.cloud, endpoint="http://127.0.0.1:4599", stage="trial")
    monkeypatch.setattr(cloud, "account", lambda _: target)
    release.deploy("trial", {})
    assert released.calls == [
        ("local", {}, "for_emulator"),
        "protection True",
        Doors("http://rest123.execute-api.localhost:4599/api", "http://http123.execute-api.localhost:4599"),
    ]


def test_failed_smoke_test_says_how_to_roll_back(released: _Release, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "GET /health was answered with 502."
        raise CommandError(message)

    monkeypatch.setattr(old_versions, "delete", lambda _: 0)
    monkeypatch.setattr(smoke_test, "run", fail)
    with pytest.raises(CommandError, match=r"502.*run `make rollback STAGE=prod DEPLOY_BUCKET=bucket`"):
        release.deploy("prod", {})


def test_roll_back_that_loses_data_is_refused(released: _Release) -> None:
    with pytest.raises(CommandError, match="ClicksTable would be replaced or removed"):
        release.roll_back("prod")
    assert released.calls == ["roll back"]


def test_name_of_the_stack_allows_the_loss(released: _Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELETE_DATA", "smartlink-prod")
    release.roll_back("prod")
    assert released.calls == ["roll back", "protection True", DOORS]


@pytest.mark.parametrize(
    ("values", "deployed", "answer", "expected"),
    [
        pytest.param({}, "", "ops@network.example", {"AlarmEmail": "ops@network.example"}, id="asked"),
        pytest.param({}, "", "", {}, id="nobody"),
        pytest.param({}, "ops@network.example", "not asked", {}, id="kept"),
        pytest.param({"AlarmEmail": ""}, "", "not asked", {"AlarmEmail": ""}, id="given"),
    ],
)
def test_address_for_alarms_is_asked_for_if_there_is_none(
    values: dict[str, str], deployed: str, answer: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask", lambda _: answer)
    assert release.with_alarm_address(values, deployed) == expected
