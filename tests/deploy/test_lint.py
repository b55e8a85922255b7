"""cfn-lint, with nothing ignored, on the template as it is packaged and on what AWS makes of it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.rules.resolving import resolve
from local.template import for_emulator
from tests.deploy import packaged
from tests.deploy.rules import stacks

OPTIONS = {
    "EdgeSecret": "secret-of-the-cdn",
    "VisitorHashKey": "k" * 32,
    "PublicUrl": "https://console.network.example",
    "TrackingUrl": "https://go.network.example",
    "AlarmEmail": "alarms@network.example",
    "NotificationsTopic": "arn:aws:sns:eu-west-1:123456789012:notifications",
    "ClickDays": "399",
    "ArchiveDays": "800",
    "EmailFrom": "network@network.example",
    "RedirectConcurrency": "100",
    "AnnounceConcurrency": "5",
    "PostbackConcurrency": "50",
    "LearningConcurrency": "10",
    "ApiRateLimit": "2000",
    "ApiBurstLimit": "2000",
    "TrackingRateLimit": "20000",
    "TrackingBurstLimit": "10000",
    "ConcurrencyAlarmAt": "4000",
    "MonthlyBudget": "500",
    "AccessLogs": "all",
    "Canary": "false",
    "WarmWrites": "12000",
    "EdgeDomains": "go.network.example=d111111abcdef8.cloudfront.net",
}
"""A value for each parameter of a deployment, none of which is its default."""


@pytest.mark.parametrize(
    "template",
    [
        pytest.param(packaged.template, id="as it is packaged"),
        pytest.param(
            lambda: resolve(stacks.template()), id="with the defaults of all parameters", marks=pytest.mark.long
        ),
        pytest.param(lambda: resolve(stacks.template(), OPTIONS), id="with every option"),
        pytest.param(lambda: for_emulator(packaged.template("local")), id="for the emulator", marks=pytest.mark.long),
    ],
)
def test_cfn_lint_finds_nothing(template: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template(), indent=1))
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_every_parameter_of_a_deployment_is_given_another_value_than_its_default() -> None:
    declared = packaged.template()["Parameters"]
    never_on_aws = {"PostbacksToLoopback"}
    assert declared.keys() - never_on_aws == OPTIONS.keys()
    assert not [name for name, value in OPTIONS.items() if value == str(declared[name].get("Default"))]
