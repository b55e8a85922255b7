"""Commands of the project: `python manage.py up`, and so on. The Makefile calls it."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Callable

from demo import network
from deploy import admin_keys, cloud, geoip_database, logs, package, paths, stack, swagger_ui
from deploy.errors import CommandError
from local import emulator, up

_INTERRUPTED = 130


def main() -> int:
    """Run one command; 0, or not 0 after one line that says what to do next."""
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    parser.add_argument("command", choices=sorted(_COMMANDS))
    parser.add_argument("--stage", default=cloud.LOCAL, help="local, or a stage of .chalice/config.json on AWS")
    given = parser.parse_args()
    try:
        _COMMANDS[given.command](given.stage)
    except CommandError as stop:
        print(f"error: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _up(_stage: str) -> None:
    running = up.up()
    print(f"Up at {running.url} (admin key and edge secret: {paths.STACK_FILE.relative_to(paths.ROOT)})")


def _down(_stage: str) -> None:
    print("Stopped; what it holds is kept." if emulator.stop() else "Nothing was running.")


def _clean(_stage: str) -> None:
    emulator.stop()
    for path in paths.STATE.iterdir() if paths.STATE.is_dir() else ():
        if path != paths.EMULATOR_VENV:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("Stopped, and everything it held is gone.")


def _run(_stage: str) -> None:
    network.show(up.up())
    print("\nWhat the functions print follows. Ctrl-C stops the stack; what it holds is kept for the next time.")
    try:
        for line in logs.follow(cloud.local()):
            print(line, flush=True)
    except KeyboardInterrupt:
        print("\nStopping …")
        _down(cloud.LOCAL)


def _env(_stage: str) -> None:
    running = up.running_stack()
    named = {"URL": running.url, "ADMIN_KEY": running.admin_key, "EDGE_SECRET": running.edge_secret}
    print("\n".join(f"{name}={shlex.quote(value)}" for name, value in named.items()))


def _logs(stage: str) -> None:
    if stage == cloud.LOCAL and emulator.running() is None:
        message = "nothing runs here: make up starts it"
        raise CommandError(message)
    for line in logs.follow(cloud.of(stage)):
        print(line, flush=True)


def _deploy(stage: str) -> None:
    there = cloud.account(stage)
    if not there.bucket:
        message = "name the S3 bucket for the packages: make deploy STAGE=prod DEPLOY_BUCKET=your-bucket"
        raise CommandError(message)
    named = {"EdgeSecret": "EDGE_SECRET", "PublicUrl": "PUBLIC_URL", "AlarmEmail": "ALARM_EMAIL"}
    named["NotificationsTopic"] = "NOTIFICATIONS_TOPIC"
    given = {parameter: os.environ[name] for parameter, name in named.items() if name in os.environ}
    print(f"Deploying {there.stack} into {there.session.region_name}; a first time takes some minutes …")
    geoip_database.ensure()
    swagger_ui.ensure()
    changed = stack.deploy(there, package.build(stage), given)
    deployed = stack.describe(there)
    url = stack.outputs(deployed)["EndpointURL"].rstrip("/") if deployed else ""
    print(f"{'Deployed' if changed else 'Nothing changed'}: {url}")


def _admin_key(stage: str) -> None:
    if stage == cloud.LOCAL:
        up.up()
    print(admin_keys.make_admin_key(cloud.of(stage)))


def _revoke_key(stage: str) -> None:
    key_id = os.environ.get("KEY_ID", "").removeprefix("slk_admin_")[:12]
    if not key_id:
        message = "name the key: make revoke-key KEY_ID=the 12 characters after slk_admin_"
        raise CommandError(message)
    admin_keys.revoke(cloud.of(stage), key_id)
    print(f"Revoked {key_id}.")


_COMMANDS: dict[str, Callable[[str], None]] = {
    "up": _up,
    "down": _down,
    "clean": _clean,
    "run": _run,
    "env": _env,
    "logs": _logs,
    "deploy": _deploy,
    "admin-key": _admin_key,
    "revoke-key": _revoke_key,
}

if __name__ == "__main__":
    sys.exit(main())
