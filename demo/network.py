"""The demo network, created through the HTTP API: every way in which a publisher can get a link."""

import json
import secrets
from typing import Any

from acceptance.traffic.plan import Link
from demo import traffic
from deploy import paths
from deploy.errors import CommandError
from local.client import Client
from local.http import get
from local.up import Running

_FOUND = 302
_FALLBACK = "https://network.example/more?cid={click_id}"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari"
_CAMPAIGNS: dict[str, dict[str, Any]] = {
    "game": {"name": "Game A", "payout": "1.50", "revenue": "2.00", "targeting": {"devices": ["mobile"]}},
    "shop": {"name": "Shop B", "payout": "0.80", "revenue": "1.10"},
    "trial": {"name": "Trial C", "payout": "4.00", "revenue": "5.50", "targeting": {"countries": ["US", "GB", "DE"]}},
}
_SMARTLINKS: dict[str, tuple[str, dict[str, int]]] = {
    "ask": ("Summer App Deals", {"game": 3, "shop": 1}),
    "public": ("Weekend Offers", {"shop": 1, "trial": 1}),
    "private": ("Partners Only", {"game": 1, "trial": 2, "shop": 1}),
}
_PUBLISHERS = {"one": "Publisher One", "two": "Publisher Two"}


def create_and_print(running: Running) -> None:
    """Create the network if it does not exist yet, and print how to use it."""
    network = _existing_network(running) or _create(running)
    if "traffic" not in network:
        network["traffic"] = traffic.send(running, _links_of_publisher_one(network))
        _write(network)
    status = _click_status(network["links"]["public"]["url"])
    print(f"API              {running.url}\nDocumentation    {running.url}/docs")
    print(f"Links, postback  {running.tracking_url}")
    print(f"Admin key        {running.admin_key}\nEdge secret      {running.edge_secret}")
    for publisher in network["publishers"].values():
        print(f"{publisher['name']:<16} {publisher['api_key']}")
    for visibility, link in network["links"].items():
        print(f"Link ({visibility + ')':<10} {link['url']}")
    print(f"Report of {network['traffic']}:\n  curl -s --resolve '*:{paths.port()}:127.0.0.1' ", end="")
    print(f"-H 'Authorization: Bearer {running.admin_key}' ", end="")
    print(f"'{running.url}/admin/reports?{traffic.last_days()}&group_by=campaign,country'")
    print(f"An application of Publisher Two awaits approval: GET {running.url}/admin/applications?status=pending")
    print(f"\nTry it (it just returned {status}):\n  curl -i --resolve '*:{paths.port()}:127.0.0.1' ", end="")
    print(f"-A '{_PHONE}' '{network['links']['public']['url']}?sub1=newsletter'")
    if status != _FOUND:
        message = f"The demo link returned {status} instead of {_FOUND}. See `make logs`."
        raise CommandError(message)


def _existing_network(running: Running) -> dict[str, Any] | None:
    """Return the network created earlier, or None if it is incomplete or no longer in the stack."""
    network = _read()
    if "links" not in network:
        return None
    admin = Client(running.url, running.admin_key)
    exists = all(
        admin.call("GET", f"/admin/smartlinks/{pool}").status < _FOUND for pool in network["smartlinks"].values()
    )
    if not exists:
        return None
    publisher = Client(running.url, network["publishers"]["one"]["api_key"])
    return {**network, "links": _links_of(publisher, network["smartlinks"])}


def _create(running: Running) -> dict[str, Any]:
    # Resume an interrupted creation with its mark. If the stack lost a complete network, start with a new mark.
    stored = _read()
    mark = stored["mark"] if "mark" in stored and "links" not in stored else secrets.token_hex(4)
    _write({"mark": mark})
    admin = Client(running.url, running.admin_key)
    campaigns = {key: _campaign(admin, mark, key)["id"] for key in _CAMPAIGNS}
    smartlinks = {key: _smartlink(admin, mark, key, campaigns)["id"] for key in _SMARTLINKS}
    publishers = {key: _publisher(admin, mark, key) for key in _PUBLISHERS}
    links = _links(admin, publishers, smartlinks, mark)
    network = {"mark": mark, "smartlinks": smartlinks, "publishers": publishers, "links": links}
    _write(network)
    return network


def _campaign(admin: Client, mark: str, key: str) -> dict[str, Any]:
    campaign = {
        "advertiser": "Acme",
        "destination_url": f"https://{key}.example/?cid={{click_id}}&s={{sub1}}",
        "status": "active",
        "currency": "USD",
        **_CAMPAIGNS[key],
    }
    created: dict[str, Any] = admin.post("/admin/campaigns", campaign, idempotency_key=f"demo-{mark}-{key}")
    return created


def _smartlink(admin: Client, mark: str, key: str, campaigns: dict[str, str]) -> dict[str, Any]:
    name, weights = _SMARTLINKS[key]
    offers = [{"campaign_id": campaigns[campaign], "weight": weight} for campaign, weight in weights.items()]
    smartlink = {"name": name, "visibility": key, "fallback_url": _FALLBACK, "offers": offers}
    created: dict[str, Any] = admin.post("/admin/smartlinks", smartlink, idempotency_key=f"demo-{mark}-{key}")
    return created


def _publisher(admin: Client, mark: str, key: str) -> dict[str, str]:
    publisher = {"name": _PUBLISHERS[key], "email": f"{key}@publisher.example"}
    created = admin.post("/admin/publishers", publisher, idempotency_key=f"demo-{mark}-{key}")
    # A key is returned only once. If an interrupted run created the publisher already, create another key.
    api_key = (
        created.get("api_key")
        or admin.post(f"/admin/publishers/{created['id']}/keys", {}, idempotency_key=secrets.token_hex())["api_key"]
    )
    return {"id": created["id"], "name": created["name"], "api_key": api_key}


def _links(
    admin: Client, publishers: dict[str, dict[str, str]], smartlinks: dict[str, str], mark: str
) -> dict[str, dict[str, str]]:
    """Give Publisher One a link to each smartlink, and leave one application of Publisher Two pending."""
    one, two = (Client(admin.url, publishers[key]["api_key"]) for key in ("one", "two"))
    for publisher in (one, two):
        publisher.post(f"/publisher/smartlinks/{smartlinks['ask']}/apply", {}, idempotency_key=f"demo-{mark}-ask")
    one.post(f"/publisher/smartlinks/{smartlinks['public']}/apply", {}, idempotency_key=f"demo-{mark}-public")
    member = {"publisher_id": publishers["one"]["id"]}
    admin.post(f"/admin/smartlinks/{smartlinks['private']}/publishers", member, idempotency_key=f"demo-{mark}-member")
    for application in admin.get("/admin/applications?status=pending&limit=200")["items"]:
        if application["publisher_id"] == member["publisher_id"]:
            admin.post(f"/admin/applications/{application['id']}/approve", {}, idempotency_key=f"demo-{mark}-approve")
    return _links_of(one, smartlinks)


def _links_of(publisher: Client, smartlinks: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the publisher's links with their current address, which an update of the stack may change."""
    return {key: publisher.get(f"/publisher/smartlinks/{pool}")["link"] for key, pool in smartlinks.items()}


def _links_of_publisher_one(network: dict[str, Any]) -> list[Link]:
    publisher = network["publishers"]["one"]["id"]
    return [Link(link["url"], network["smartlinks"][key], publisher) for key, link in network["links"].items()]


def _click_status(url: str) -> int:
    return get(url, {"User-Agent": _PHONE}).status


def _read() -> dict[str, Any]:
    network: dict[str, Any] = json.loads(paths.DEMO_FILE.read_text()) if paths.DEMO_FILE.is_file() else {}
    return network


def _write(network: dict[str, Any]) -> None:
    partial = paths.DEMO_FILE.with_suffix(".partial")
    partial.write_text(json.dumps(network, indent=2) + "\n")
    partial.chmod(0o600)
    partial.replace(paths.DEMO_FILE)
