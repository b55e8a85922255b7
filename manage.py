"""Commands of the project, for example `python manage.py up`. The Makefile calls them."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from demo import network
from deploy import admin_keys, cloud, logs, package, paths, restore_clicks, retention, stack, swagger_ui, users
from deploy.databases.files import ensure_databases
from deploy.errors import CommandError
from deploy.query import command as query_command
from deploy.query.days import parse_days
from local import emulator, openapi_tools, up

_INTERRUPTED = 130
_PARAMETERS = {
    "EdgeSecret": "EDGE_SECRET",
    "VisitorHashKey": "VISITOR_HASH_KEY",
    "PublicUrl": "PUBLIC_URL",
    "TrackingUrl": "TRACKING_URL",
    "RedirectConcurrency": "REDIRECT_CONCURRENCY",
    "AlarmEmail": "ALARM_EMAIL",
    "NotificationsTopic": "NOTIFICATIONS_TOPIC",
    "EmailFrom": "EMAIL_FROM",
    "ClickDays": "CLICK_DAYS",
    "ArchiveDays": "ARCHIVE_DAYS",
}
"""Environment variables of `make deploy`, by CloudFormation parameter."""


def main() -> int:
    """Run one command and return the exit code. Print an error with the next step to take."""
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    parser.add_argument("command", choices=sorted(_COMMANDS))
    parser.add_argument("--stage", default=cloud.LOCAL, help="local, or a stage of .chalice/config.json on AWS")
    arguments = parser.parse_args()
    try:
        _COMMANDS[arguments.command](arguments.stage)
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _up(_stage: str) -> None:
    running = up.up()
    print(f"Up at {running.url} (admin key and edge secret: {paths.STACK_FILE.relative_to(paths.ROOT)})")


def _down(_stage: str) -> None:
    print("Stopped. Data is kept." if emulator.stop() else "The stack was not running.")


def _clean(_stage: str) -> None:
    emulator.stop()
    for path in paths.STATE.iterdir() if paths.STATE.is_dir() else ():
        if path not in {paths.EMULATOR_VENV, paths.OPENAPI_TOOLS}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("Stopped. All data was deleted.")


def _openapi_tools(_stage: str) -> None:
    openapi_tools.ensure()


def _run(_stage: str) -> None:
    network.create_and_print(up.up())
    print("\nFunction logs follow. Press Ctrl-C to stop. Data is kept.")
    try:
        for line in logs.follow(cloud.local()):
            print(line, flush=True)
    except KeyboardInterrupt:
        print("\nStopping …")
        _down(cloud.LOCAL)


def _env(_stage: str) -> None:
    running = up.running_stack()
    variables = {"URL": running.url, "ADMIN_KEY": running.admin_key, "EDGE_SECRET": running.edge_secret}
    print("\n".join(f"{name}={shlex.quote(value)}" for name, value in variables.items()))


def _logs(stage: str) -> None:
    if stage == cloud.LOCAL and emulator.running_pid() is None:
        message = "The stack is not running. Start it with `make up`."
        raise CommandError(message)
    for line in logs.follow(cloud.for_stage(stage)):
        print(line, flush=True)


def _deploy(stage: str) -> None:
    account = cloud.account(stage)
    if not account.bucket:
        message = "DEPLOY_BUCKET is not set. Run `make deploy STAGE=prod DEPLOY_BUCKET=your-bucket`."
        raise CommandError(message)
    parameters = _stack_parameters()
    print(f"Deploying {account.stack} to {account.session.region_name}. The first deployment takes a few minutes …")
    ensure_databases()
    swagger_ui.ensure()
    changed = stack.deploy(account, package.build(stage), parameters)
    deployed = stack.describe(account)
    url = stack.outputs(deployed)["EndpointURL"].rstrip("/") if deployed else ""
    print(f"{'Deployed' if changed else 'Nothing changed'}: {url}")


def _stack_parameters() -> dict[str, str]:
    """Return the CloudFormation parameters that are set in the environment. Raise CommandError for a wrong one."""
    retention.check(os.environ)
    return {parameter: os.environ[name] for parameter, name in _PARAMETERS.items() if name in os.environ}


def _query(stage: str) -> None:
    now, target = datetime.now(UTC), cloud.for_stage(stage)
    query = query_command.parse_query(os.environ, now)
    print(query_command.run(target, query, now))


def _restore_clicks(stage: str) -> None:
    now = datetime.now(UTC)
    if not (os.environ.get("FROM") and os.environ.get("TO")):
        message = "FROM and TO are not set. Run `make restore-clicks FROM=2026-11-01 TO=2026-11-02 STAGE=prod`."
        raise CommandError(message)
    days = parse_days(os.environ["FROM"], os.environ["TO"], now.date())
    done = restore_clicks.restore(cloud.for_stage(stage), days, now)
    print(f"{done.written:,} clicks were written, {done.present:,} were there, {done.expired:,} have expired.")


def _admin_key(stage: str) -> None:
    if stage == cloud.LOCAL:
        up.up()
    target = cloud.for_stage(stage)
    wanted = users.Wanted(user_id=_given("USER"), email=_given("EMAIL"), name=_given("NAME"))
    print(admin_keys.create_admin_key(target, users.owner_for(target, wanted)))


def _given(name: str) -> str | None:
    """Return a variable if it was given to make: shells set some of these names for other purposes."""
    return os.environ.get(name) if name in os.environ.get("GIVEN", "").split() else None


def _revoke_key(stage: str) -> None:
    key_id = os.environ.get("KEY_ID", "").removeprefix("slk_admin_")[:12]
    if not key_id:
        message = "KEY_ID is not set. Run `make revoke-key KEY_ID=…` with the 12 characters after slk_admin_."
        raise CommandError(message)
    admin_keys.revoke(cloud.for_stage(stage), key_id)
    print(f"Revoked {key_id}.")


_COMMANDS: dict[str, Callable[[str], None]] = {
    "up": _up,
    "down": _down,
    "clean": _clean,
    "run": _run,
    "openapi-tools": _openapi_tools,
    "env": _env,
    "logs": _logs,
    "deploy": _deploy,
    "query": _query,
    "restore-clicks": _restore_clicks,
    "admin-key": _admin_key,
    "revoke-key": _revoke_key,
}

if __name__ == "__main__":
    sys.exit(main())
