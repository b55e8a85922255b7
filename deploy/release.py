"""The commands `make deploy` and `make rollback`: check, show the changes, ask, deploy, test, print the addresses."""

import os
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from deploy import (
    changes,
    cloud,
    old_versions,
    package,
    parameters,
    preflight,
    prerequisites,
    protection,
    questions,
    smoke_test,
    stack,
    swagger_ui,
)
from deploy.changes import Change
from deploy.cloud import LOCAL, Cloud
from deploy.databases.files import ensure_databases
from deploy.errors import CommandError
from deploy.smoke_test import Doors
from local.template import for_emulator

_ALARM_EMAIL = "AlarmEmail"


def deploy(stage: str, given: Mapping[str, str]) -> None:
    """Deploy this checkout with the given parameters to the account of the caller's credentials."""
    target = cloud.account(stage)
    account = prerequisites.check(target)
    deployed = parameters.values_of(stack.describe(target))
    prerequisites.check_access_logs(target, {**deployed, **given}.get("AccessLogs", ""))
    values = with_alarm_address(given, deployed.get(_ALARM_EMAIL, ""))
    print(f"Deploying {target.stack} to {target.session.region_name} of the account {account} …")
    ensure_databases()
    swagger_ui.ensure()
    # The emulator gets the package of the local stack: stages differ in their environment variables only.
    folder = package.build(LOCAL if target.endpoint else stage)
    preflight.check_package(target, folder, values)
    if os.environ.get("DELETE_DATA") != target.stack:
        preflight.check_change(target, folder, values)
    if not stack.deploy(target, folder, values, for_emulator if target.endpoint else dict, _review(target)):
        print("Nothing changed since the last deployment.")
    _finish(target)


def roll_back(stage: str) -> None:
    """Deploy the template before the present one."""
    target = cloud.account(stage)
    account = prerequisites.check(target)
    print(f"Rolling back {target.stack} in {target.session.region_name} of the account {account} …")
    stack.roll_back(target, _review(target))
    _finish(target)


def with_alarm_address(values: Mapping[str, str], deployed: str) -> dict[str, str]:
    """Return the values with the answer to the question for an address of alarms, if neither has one."""
    if deployed or _ALARM_EMAIL in values:
        return dict(values)
    answer = questions.ask("Who gets the alarms by e-mail? An address, or nothing for nobody:")
    if not answer:
        print("Nobody gets the alarms: set ALARM_EMAIL to change that.")
    return {**values, **({_ALARM_EMAIL: answer} if answer else {})}


def doors_of(target: Cloud, outputs: Mapping[str, str]) -> Doors:
    """Return the addresses of both APIs. Those of the emulator are names on this machine."""
    host = urlsplit(outputs["EndpointURL"]).netloc
    scheme = "https"
    if target.endpoint:
        scheme, host = "http", f"{outputs['RestAPIId']}.execute-api.localhost:{urlsplit(target.endpoint).port}"
    tracking = host.replace(outputs["RestAPIId"], outputs["TrackingApiId"], 1)
    return Doors(f"{scheme}://{host}/api", f"{scheme}://{tracking}")


def _review(target: Cloud) -> stack.Review:
    def review(planned: Sequence[Change]) -> None:
        print(f"These changes of {target.stack} are planned:\n{changes.table(planned)}")
        changes.refuse_loss(planned, stack=target.stack, word=os.environ.get("DELETE_DATA", ""))
        questions.confirm(f"Change {target.stack}?")

    return review


def _finish(target: Cloud) -> None:
    protection.set_protection(target, on=True)
    deployed = stack.describe(target)
    doors = doors_of(target, stack.outputs(deployed) if deployed else {})
    try:
        smoke_test.run(target, doors)
    except CommandError as error:
        message = (
            f"The stack was deployed, but the smoke test failed. {error} See the log by `make logs "
            f"STAGE={target.stage}`. To deploy the release before, run `make rollback STAGE={target.stage} "
            f"DEPLOY_BUCKET={target.bucket}`."
        )
        raise CommandError(message) from error
    print("The smoke test passed: a click through each door, and a postback.")
    old_versions.delete(target)
    print("\n".join(f"{name + ':':<15} {address}" for name, address in _addresses(target, doors).items()))


def _addresses(target: Cloud, doors: Doors) -> dict[str, str]:
    region = target.session.region_name
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#dashboards/dashboard"
    dashboards = stack.resources(target).get("AWS::CloudWatch::Dashboard", ())
    addresses = {"API": doors.rest, "documentation": f"{doors.rest}/docs", "links": doors.tracking}
    return addresses | {f"dashboard {name}": f"{console}/{name}" for name in dashboards}
