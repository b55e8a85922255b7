"""The network of the benchmarks: smartlinks, campaigns, a publisher and links, created through the application's API.

`python -m bench.fixture_network` creates it in emulated tables and prints it as JSON. `create_fixture_network` runs
that in another process, so that a measured process loads neither the emulator nor the admin API.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bench.dynamodb_server.values import TypedItem
from bench.endpoint import PREFIX
from bench.processes import ROOT

OFFERS = 5
CAP = 100_000
SEGMENTS = 60
_SECONDS = 60
_WEIGHTS_VERSION = 1_793_795_100
_COUNTRIES = (
    "US",
    "GB",
    "DE",
    "FR",
    "IN",
    "BR",
    "ES",
    "IT",
    "NL",
    "CA",
    "AU",
    "JP",
    "PL",
    "SE",
    "MX",
    "ZA",
    "TR",
    "KR",
)
_DEVICES = ("mobile", "desktop", "tablet")
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "TABLE_PREFIX": PREFIX,
    "TABLE_CLIENT": "pynamodb",  # the emulated tables are those of the SDK
}


@dataclass(frozen=True, slots=True)
class FixtureNetwork:
    """The items by full table name, and the codes of three links.

    `plain`: five weighted offers, two of them targeted. `capped`: one offer with a click cap of 100,000 a day.
    `optimized`: five offers with learned weights of 60 segments.
    """

    items: Mapping[str, Sequence[TypedItem]]
    plain: str
    capped: str
    optimized: str


@cache
def create_fixture_network() -> FixtureNetwork:
    """Create the network in another process and return it."""
    command = [sys.executable, "-m", "bench.fixture_network"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    result = subprocess.run(  # noqa: S603 - our own
        command, cwd=ROOT, env={**environment, **_ENVIRONMENT}, stdout=subprocess.PIPE, check=True, timeout=_SECONDS
    )
    return FixtureNetwork(**json.loads(result.stdout))


class _Admin:
    """A client of the admin API, which runs in this process."""

    def __init__(self) -> None:
        from chalicelib.http.authentication import Role, generate_key  # noqa: PLC0415 - only where the tables are emulated
        from chalicelib.tables.publishers import ApiKeyRow  # noqa: PLC0415

        key = generate_key(Role.ADMIN)
        ApiKeyRow(key.id, role="admin", owner="admin", digest=key.digest, created_at="2026-11-21T00:00:00Z").save()
        self._headers = {"Authorization": f"Bearer {key.text}", "Host": "api.network.example"}

    def post(self, path: str, document: object) -> dict[str, Any]:
        """Send a POST request and return the document of the response."""
        from chalice.test import Client  # noqa: PLC0415

        import app  # noqa: PLC0415

        body = json.dumps(document).encode()
        with Client(app.app) as client:
            response = client.http.post(path, headers=self._headers, body=body)
        if response.status_code not in {200, 201}:
            message = f"{path} returned {response.status_code}: {response.body.decode()}"
            raise SystemExit(message)
        created: dict[str, Any] = json.loads(response.body)
        return created

    def campaign(self, name: str, **settings: object) -> str:
        """Create a campaign and return its ID."""
        destination = f"https://{name}.example/land?cid={{click_id}}&s={{sub1}}&g={{country}}"
        document = {"name": name, "destination_url": destination, "payout": "1.20", "revenue": "2", **settings}
        return str(self.post("/admin/campaigns", document)["id"])

    def smartlink(self, name: str, offers: Sequence[Mapping[str, object]], **settings: object) -> str:
        """Create a smartlink and return its ID."""
        fallback = "https://network.example/more"
        document = {"name": name, "fallback_url": fallback, "offers": offers, **settings}
        return str(self.post("/admin/smartlinks", document)["id"])

    def code(self, smartlink_id: str, publisher_id: str) -> str:
        """Create a link of the publisher to the smartlink and return its code."""
        membership = self.post(f"/admin/smartlinks/{smartlink_id}/publishers", {"publisher_id": publisher_id})
        return str(membership["link"]["code"])


def _offers(admin: _Admin, name: str) -> list[dict[str, object]]:
    """Create five offers. The second targets phones of five countries, the third mobile devices outside Canada."""
    targeting: dict[int, dict[str, object]] = {
        1: {"countries": list(_COUNTRIES[:5]), "devices": ["mobile"]},
        2: {"exclude_countries": ["CA"], "devices": ["mobile", "tablet"], "languages": ["en", "de"]},
    }
    campaigns = [admin.campaign(f"{name}-{n}", targeting=targeting.get(n, {})) for n in range(OFFERS)]
    return [{"campaign_id": campaign, "weight": n + 1} for n, campaign in enumerate(campaigns)]


def _create_network() -> dict[str, str]:
    admin = _Admin()
    publisher = str(admin.post("/admin/publishers", {"name": "Ann", "email": "ann@pub.example"})["id"])
    cap = {"metric": "clicks", "window": "day", "limit": str(CAP)}
    capped = [{"campaign_id": admin.campaign("capped", caps=[cap])}]
    learned = _offers(admin, "learned")
    pools = {
        "plain": admin.smartlink("Plain", _offers(admin, "plain")),
        "capped": admin.smartlink("Capped", capped),
        "optimized": admin.smartlink("Optimized", learned, rotation="optimized"),
    }
    codes = {name: admin.code(pool, publisher) for name, pool in pools.items()}
    _publish_weights(pools["optimized"], [str(offer["campaign_id"]) for offer in learned])
    return codes


def _publish_weights(pool_id: str, campaign_ids: Sequence[str]) -> None:
    """Publish weights of 60 segments: all visitors, each country, and 41 pairs of country and device."""
    from chalicelib.routing.weights_codec import encode  # noqa: PLC0415
    from chalicelib.tables.routes import RouteRow  # noqa: PLC0415

    narrow = [f"{country}|{device}" for country in _COUNTRIES for device in _DEVICES]
    names = ["*", *_COUNTRIES, *narrow][:SEGMENTS]
    total = sum(range(1, len(campaign_ids) + 1))
    segments = {
        name: {campaign: ((n + k) % len(campaign_ids) + 1) / total for k, campaign in enumerate(campaign_ids)}
        for n, name in enumerate(names)
    }
    RouteRow(pool_id).update([RouteRow.weights.set(encode(segments)), RouteRow.weights_version.set(_WEIGHTS_VERSION)])


def _create_tables(client: Any) -> None:  # noqa: ANN401 - boto3's clients have no type of their own
    resources = json.loads((ROOT / ".chalice" / "resources.json").read_text())["Resources"].values()
    indexes = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    copied = ("KeySchema", "AttributeDefinitions", "BillingMode", *indexes)
    for table in (item["Properties"] for item in resources if item.get("Type") == "AWS::DynamoDB::Table"):
        name = table["TableName"]["Fn::Sub"].replace("${AWS::StackName}-", PREFIX)
        client.create_table(TableName=name, **{key: table[key] for key in copied if key in table})


def _typed(value: Any) -> Any:  # noqa: ANN401 - any attribute value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return {name: _typed(member) for name, member in value.items()} if isinstance(value, dict) else value


def _main() -> None:
    import boto3  # noqa: PLC0415 - after the process has its environment
    from moto import mock_aws  # noqa: PLC0415

    with mock_aws():
        client = boto3.client("dynamodb")
        _create_tables(client)
        codes = _create_network()
        names = client.list_tables()["TableNames"]
        items = {name: [_typed(item) for item in client.scan(TableName=name)["Items"]] for name in names}
    print(json.dumps({"items": items, **codes}))


if __name__ == "__main__":
    _main()
