"""Start the stack on this machine, from a checkout to a healthy API."""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from deploy import admin_keys, cloud, package, paths, stack, swagger_ui, users
from deploy.databases.files import ensure_databases
from deploy.errors import CommandError
from local import emulator, quirks, template
from local.http import get

_HEALTHY = 200
_HEALTH_SECONDS = 30.0
_EMAIL_FROM = "network@smartlink.example"
"""The sender of e-mails, which the emulator keeps: they leave this machine for nowhere."""


@dataclass(frozen=True, slots=True)
class Running:
    """Address and keys of the stack on this machine, stored in `.local/stack.json`."""

    url: str
    admin_key: str
    edge_secret: str


def up() -> Running:
    """Start the stack or bring it up to date, and return when it is healthy."""
    paths.STATE.mkdir(exist_ok=True)
    ensure_databases()
    swagger_ui.ensure()
    previous = load_stack_or_none()
    _check_port(previous)
    emulator.start()
    secret = previous.edge_secret if previous else secrets.token_urlsafe(24)
    url = f"http://{_deploy(secret)}.execute-api.localhost:{paths.port()}/api"
    _wait_until_healthy(url)
    running = Running(url, _admin_key(previous), secret)
    _save(running)
    return running


def _check_port(previous: Running | None) -> None:
    """Raise CommandError if the data belongs to another port: the addresses of the stored queues contain the port."""
    port = urlsplit(previous.url).port if previous else paths.port()
    if port != paths.port():
        message = (
            f"The stored data belongs to port {port}. Run `SMARTLINK_PORT={port} make up`, "
            "or delete the data with `make clean`."
        )
        raise CommandError(message)


def _admin_key(previous: Running | None) -> str:
    """Return the previous admin key if it still works, else a new one of the first owner."""
    target = cloud.local()
    if previous and admin_keys.works(target, previous.admin_key):
        return previous.admin_key
    return admin_keys.create_admin_key(target, users.owner_for(target, users.Wanted()))


def load_stack_or_none() -> Running | None:
    """Return the stack as it was last started, or None if it never was."""
    if not paths.STACK_FILE.is_file():
        return None
    document = json.loads(paths.STACK_FILE.read_text())
    return Running(document["url"], document["admin_key"], document["edge_secret"])


def running_stack() -> Running:
    """Return the stack as it was last started. Raise CommandError if it never was."""
    running = load_stack_or_none()
    if running is None:
        message = "The stack is not running. Start it with `make up`."
        raise CommandError(message)
    return running


def _deploy(edge_secret: str) -> str:
    """Deploy the stack if it changed, and return the API's ID."""
    target = cloud.local()
    folder = package.build(target.stage)
    parameters = {
        "EdgeSecret": edge_secret,
        "PostbacksToLoopback": "1",
        "EmailFrom": _EMAIL_FROM,
    }
    quirks.verify_email_identity(target, _EMAIL_FROM)
    has_changed = stack.deploy(target, folder, parameters, template.for_emulator)
    deployed = stack.describe(target)
    if deployed is None:
        message = "The stack was not found after its deployment. Run `make clean`, then `make up`."
        raise CommandError(message)
    api_id = stack.outputs(deployed)["RestAPIId"]
    if has_changed:
        quirks.put_gateway_responses(target, folder, api_id)
    return api_id


def _wait_until_healthy(url: str) -> None:
    deadline, result = time.monotonic() + _HEALTH_SECONDS, "nothing"
    while time.monotonic() < deadline:
        try:
            response = get(f"{url}/health")
            result = f"{response.status} {response.body[:200].decode(errors='replace')}"
            if response.status == _HEALTHY:
                return
        except (OSError, HTTPException) as error:
            result = str(error)
        time.sleep(0.2)
    message = f"GET /health returned {result} instead of 200. See `make logs`."
    raise CommandError(message)


def _save(running: Running) -> None:
    partial = paths.STACK_FILE.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(running), indent=2) + "\n")
    partial.chmod(0o600)
    partial.replace(paths.STACK_FILE)
