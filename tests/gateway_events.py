"""Events of API Gateway for both doors, from AWS's samples in `tests/fixtures/events/`."""

import json
from pathlib import Path
from typing import Any

Event = dict[str, Any]

PHONE = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
}
_SAMPLES = Path(__file__).parent / "fixtures" / "events"
_LINK = "/s/"


def sample(door: str) -> Event:
    """Return a new copy of the sample that AWS documents for the door: `http_api` or `rest_api`."""
    event: Event = json.loads((_SAMPLES / f"{door}.json").read_text())
    return event


def http_event(path: str, *, route: str | None = None, stage: str = "$default", **changes: Any) -> Event:
    """Return an event of an HTTP API for this decoded path: with the path itself as its route, as AWS documents it.

    With `route` the event has that route and its parameters, as AWS sends it.
    """
    called = path if stage == "$default" else f"/{stage}{path}"
    event = {
        **sample("http_api"),
        "path": called,
        "resource": route or called,
        "body": None,
        "headers": PHONE,
        **changes,
    }
    if route and path.startswith(_LINK):
        event["pathParameters"] = {"code": path.removeprefix(_LINK)}
    context = {"path": called, "resourcePath": route or called, "resourceId": f"GET {route}" if route else None}
    return {**event, "requestContext": {**event["requestContext"], **context, **_method(event), "stage": stage}}


def rest_event(path: str, **changes: Any) -> Event:
    """Return an event of the REST API for this path, encoded as it was sent: one of `/s/{code}` or `/s/{code}/…`."""
    code, *rest = path.removeprefix(_LINK).rstrip("/").split("/")
    parameters = {"code": code, **{f"rest{number}": text for number, text in enumerate(rest, 1)}}
    route = _LINK + "/".join(f"{{{name}}}" for name in parameters)
    event = {**sample("rest_api"), "path": path, "resource": route, "pathParameters": parameters, "headers": PHONE}
    event = {**event, **changes}
    context = {"path": f"/live{path}", "resourcePath": route, **_method(event), "stage": "live"}
    return {**event, "requestContext": {**event["requestContext"], **context}}


def _method(event: Event) -> Event:
    return {"httpMethod": event["httpMethod"]}
