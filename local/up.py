"""One command from a checkout to a running stack."""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from deploy import admin_keys, cloud, geoip_database, package, paths, stack, swagger_ui
from deploy.errors import CommandError
from local import emulator, quirks
from local.http import get

_HEALTHY = 200
_HEALTH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """How to reach the stack on this machine; kept in `.local/stack.json`."""

    url: str
    admin_key: str
    edge_secret: str


def up() -> Running:
    """Bring the stack up, or up to date; return once it answers."""
    paths.STATE.mkdir(exist_ok=True)
    geoip_database.ensure()
    swagger_ui.ensure()
    before = last()
    _refuse_another_port(before)
    emulator.start()
    secret = before.edge_secret if before else secrets.token_urlsafe(24)
    url = f"http://{_deploy(secret)}.execute-api.localhost:{paths.port()}/api"
    _wait_until_healthy(url)
    here = cloud.local()
    known = before is not None and admin_keys.is_known(here, before.admin_key)
    now = Running(url, before.admin_key if before and known else admin_keys.make_admin_key(here), secret)
    _keep(now)
    return now


def _refuse_another_port(before: Running | None) -> None:
    """The emulated queues are kept under their addresses: on another port nothing would empty them."""
    port = urlsplit(before.url).port if before else paths.port()
    if port != paths.port():
        message = f"what the stack holds belongs to port {port}: SMARTLINK_PORT={port} make up, or make clean first"
        raise CommandError(message)


def last() -> Running | None:
    """The stack as it was last up; None where it never was."""
    if not paths.STACK_FILE.is_file():
        return None
    kept = json.loads(paths.STACK_FILE.read_text())
    return Running(kept["url"], kept["admin_key"], kept["edge_secret"])


def running_stack() -> Running:
    """The stack as it was last up; `Stop` where it never was."""
    running = last()
    if running is None:
        message = "the stack was never up here: make up starts it"
        raise CommandError(message)
    return running


def _deploy(edge_secret: str) -> str:
    """Deploy what changed; the API's ID."""
    here = cloud.local()
    folder = package.build(here.stage)
    given = {"EdgeSecret": edge_secret, "TableDeletionPolicy": "Delete", "PostbacksToLoopback": "1"}
    changed = stack.deploy(here, folder, given)
    deployed = stack.describe(here)
    if deployed is None:
        message = "the stack is gone: run make clean, then make up"
        raise CommandError(message)
    api_id = stack.outputs(deployed)["RestAPIId"]
    if changed:
        quirks.put_gateway_responses(here, folder, api_id)
    return api_id


def _wait_until_healthy(url: str) -> None:
    deadline, said = time.monotonic() + _HEALTH_SECONDS, "nothing"
    while time.monotonic() < deadline:
        try:
            answer = get(f"{url}/health")
            said = f"{answer.status} {answer.body[:200].decode(errors='replace')}"
            if answer.status == _HEALTHY:
                return
        except (OSError, HTTPException) as error:
            said = str(error)
        time.sleep(0.2)
    message = f"GET /health does not answer 200 but {said}: make logs shows why"
    raise CommandError(message)


def _keep(running: Running) -> None:
    partial = paths.STACK_FILE.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(running), indent=2) + "\n")
    partial.chmod(0o600)
    partial.replace(paths.STACK_FILE)
