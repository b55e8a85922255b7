"""The smoke test after a deployment: a click through each door, and a conversion that is taken back.

It uses a campaign, a smartlink and a publisher of its own, which stay for the next deployment. Its clicks are those of
a bot, so they are counted apart. Its amounts are 0, and the conversion is rejected at its end: no report shows one.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from deploy import admin_keys, users
from deploy.cloud import Cloud
from deploy.errors import CommandError
from local.client import Client
from local.http import LocalResponse, get

_TAG = "smoke-test"
_NAME = "Smoke test of make deploy"
_AGENT = "smartlink-smoke-test/1 (bot)"
_EMAIL = "success@simulator.amazonses.com"
"""SES takes mail to this address, also in its sandbox, and delivers none. Mail that bounces would harm its reputation.
https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html"""

_DESTINATION = "https://smoke-test.invalid/?click_id={click_id}"
_OK, _FOUND, _NOT_FOUND = 200, 302, 404
_READY_SECONDS = 90.0
"""A new API answers with errors until its address and permissions have reached all of AWS."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The base URLs of both APIs, without a trailing slash."""

    rest: str
    tracking: str


@dataclass(frozen=True, slots=True)
class Link:
    """The code of the link, and the token of its campaign."""

    code: str
    token: str


def run(cloud: Cloud, doors: Doors) -> None:
    """Raise CommandError with the first request that is not answered as it must be."""
    _wait_for(f"{doors.rest}/health", _OK)
    for door in (doors.rest, doors.tracking):
        _wait_for(f"{door}/s/{secrets.token_hex(8)}", _NOT_FOUND)
    link = _with_key(cloud, lambda key: _link(Client(doors.rest, key)))
    clicks = [_click(door, link) for door in (doors.tracking, doors.rest)]
    transaction = {"click_id": clicks[0], "token": link.token, "txid": f"smoke-{clicks[0]}"}
    _report(doors, transaction)
    _report(doors, {**transaction, "status": "rejected"})


def _with_key(cloud: Cloud, use: Callable[[str], Link]) -> Link:
    """Return what `use` returns for an admin key that exists only for this call."""
    key = admin_keys.create_admin_key(cloud, users.owner_for(cloud, users.Wanted()))
    try:
        return use(key)
    finally:
        admin_keys.revoke(cloud, admin_keys.id_of(key))


def _link(admin: Client) -> Link:
    """Return the link of the smoke test. Create it with all that it needs if there is none."""
    found = admin.get(f"/admin/smartlinks?tag={_TAG}")["items"]
    smartlink_id = found[0]["id"] if found else _create_smartlink(admin)
    members = admin.get(f"/admin/smartlinks/{smartlink_id}/publishers")["items"]
    url = members[0]["link"]["url"] if members else _add_publisher(admin, smartlink_id)
    campaign_id = admin.get(f"/admin/smartlinks/{smartlink_id}")["offers"][0]["campaign_id"]
    campaign = admin.get(f"/admin/campaigns/{campaign_id}")
    return Link(urlsplit(url).path.rpartition("/")[2], campaign["postback_token"])


def _create_smartlink(admin: Client) -> str:
    campaign = {"name": _NAME, "tags": [_TAG], "destination_url": _DESTINATION, "targeting": {"exclude_bots": False}}
    campaign_id = _create(admin, "/admin/campaigns", campaign)["id"]
    smartlink = {"name": _NAME, "tags": [_TAG], "fallback_url": "https://smoke-test.invalid/fallback"}
    offers = [{"campaign_id": campaign_id, "weight": 1}]
    created: str = _create(admin, "/admin/smartlinks", {**smartlink, "offers": offers, "visibility": "private"})["id"]
    return created


def _add_publisher(admin: Client, smartlink_id: str) -> str:
    publisher = _create(admin, "/admin/publishers", {"name": _NAME, "email": _EMAIL})
    member = _create(admin, f"/admin/smartlinks/{smartlink_id}/publishers", {"publisher_id": publisher["id"]})
    url: str = member["link"]["url"]
    return url


def _create(admin: Client, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
    return admin.post(path, body, idempotency_key=secrets.token_hex(8))


def _click(door: str, link: Link) -> str:
    """Click on the link and return the ID of the click."""
    url = f"{door}/s/{link.code}"
    response = get(url, {"User-Agent": _AGENT})
    location = response.headers.get("location", "")
    ids = parse_qs(urlsplit(location).query).get("click_id", [])
    if response.status != _FOUND or not ids:
        raise CommandError(_unexpected(url, response, f"a redirect to {_DESTINATION}"))
    return ids[0]


def _report(doors: Doors, parameters: dict[str, str]) -> None:
    url = f"{doors.tracking}/postback"
    response = get(f"{url}?{urlencode(parameters)}")
    if response.status != _OK:
        raise CommandError(_unexpected(url, response, str(_OK)))


def _wait_for(url: str, status: int) -> None:
    """Wait until the URL is answered with the status."""
    deadline, message = time.monotonic() + _READY_SECONDS, ""
    while time.monotonic() < deadline:
        try:
            response = get(url)
        except OSError as error:
            message = f"GET {url}: {error}"
        else:
            if response.status == status:
                return
            message = _unexpected(url, response, str(status))
        time.sleep(1)
    raise CommandError(message)


def _unexpected(url: str, response: LocalResponse, expected: str) -> str:
    body = response.body[:200].decode(errors="replace")
    return f"GET {url} was answered with {response.status} {response.headers.get('location', body)}, not {expected}."
