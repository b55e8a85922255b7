"""Write the frozen sample of a release: `make freeze RELEASE=0.2.0`. Not collected by `make test`.

A small network with every kind of stored document is built through the API. The file holds every table as it is
stored, and the answers of the API. See `docs/stored-documents.md`.
"""

import base64
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.counters.aggregator import aggregate
from chalicelib.optimizer.job import optimize_pool
from chalicelib.routing import route_cache
from tests.conftest import Api, dynamodb, table_definitions
from tests.documents import (
    CURL,
    FALLBACK,
    Publisher,
    add_publisher,
    apply,
    clicked,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    recorded,
    set_terms,
)

FOLDER = Path(__file__).parent / "fixtures" / "stored"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
GAME: dict[str, Any] = {
    "payout": "1.50",
    "revenue": "2.00",
    "advertiser": "Acme",
    "destination_url": "https://game.example/?cid={click_id}&s={sub1}&c={country}&{query}",
    "targeting": {
        "countries": ["US", "GB"],
        "exclude_countries": ["FR"],
        "devices": ["mobile", "tablet"],
        "os": ["ios", "android"],
        "languages": ["en"],
        "exclude_sources": ["blog"],
    },
    "schedule": {"starts_at": "2026-01-01T00:00:00Z", "timezone": "Europe/Berlin", "hours": list(range(24))},
    "caps": [
        {"metric": "clicks", "window": "day", "limit": "1000"},
        {"metric": "conversions", "window": "month", "limit": "50", "timezone": "America/New_York"},
        {"metric": "payout", "window": "total", "limit": "5000.50", "scope": "publisher"},
    ],
    "duplicate_filter": {"window_seconds": 86_400},
    "fail_url": "https://game.example/full",
}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _table(name: str) -> list[Any]:
    items = [_plain(item) for item in dynamodb().scan(TableName=f"smartlink-{name}")["Items"]]
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def _click(code: str, count: int, **headers: str) -> list[str]:
    before = set(recorded())
    for n in range(count):
        query = {"sub1": f"news-{n % 3}", "source": "mail", "click_id": f"own-{n}", "utm": "x"}
        address = {"CloudFront_Viewer_Address": f"203.0.113.{n + 1}:4711", "Accept_Language": "en-US,en;q=0.9"}
        clicked(code, query, **{**address, **headers})
    return sorted(set(recorded()) - before)


def _aggregate(click_ids: Iterable[str], first: int, now: datetime) -> None:
    rows = recorded()
    images = (rows[click_id].serialize() for click_id in sorted(click_ids))
    records = [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": f"{first + n:021d}", "NewImage": image}}
        for n, image in enumerate(images)
    ]
    aggregate(records, now)


class _Network:
    """Campaigns, smartlinks, publishers, links and clicks of the sample."""

    def __init__(self, admin: Api) -> None:
        self.admin = admin
        deal = {"attribution_window_days": 365}
        self.game = new_campaign(admin, "game", **GAME, **deal)
        self.shop = new_campaign(admin, "shop", payout="0.80", revenue="1.10", **deal)
        self.last = new_campaign(admin, "last", payout="0.10", targeting={"exclude_bots": False}, **deal)
        self.direct = new_campaign(admin, "direct", payout="2", revenue="3", **deal)
        game = {"campaign_id": self.game["id"], "weight": 3, "priority": 10, "targeting": {"browsers": ["safari"]}}
        self.smartlinks = {
            "weighted": new_smartlink(
                admin, game, self.shop, name="Weighted", tags=["app"], catch_all_campaign_id=self.last["id"]
            ),
            "optimized": new_smartlink(
                admin,
                self.game,
                self.shop,
                name="Optimized",
                rotation="optimized",
                goal="profit",
                untouched_clicks=0,
                visibility="public",
                fallback_url=FALLBACK,
            ),
            "respect": new_smartlink(admin, self.shop, name="Own approvals", offer_access="respect"),
            "paused": new_smartlink(admin, self.shop, name="Paused"),
        }
        self.ann, self.bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
        cap = {"metric": "clicks", "window": "total", "limit": "5000"}
        set_terms(admin, self.ann.id, self.game, payout="1.75", payout_percent="0.5", caps=[cap])
        self.codes = self._codes()

    def _codes(self) -> dict[str, str]:
        approvals = f"/admin/publishers/{self.ann.id}/campaigns"
        good(self.admin.post(approvals, {"campaign_id": self.direct["id"]}))
        good(self.admin.post(f"/admin/smartlinks/{self.smartlinks['paused']['id']}/pause"))
        apply(self.bob, self.smartlinks["weighted"], "I have traffic")
        items = good(self.admin.get(approvals))["items"]
        return {
            "weighted": add_publisher(self.admin, self.smartlinks["weighted"], self.ann),
            "optimized": good(apply(self.bob, self.smartlinks["optimized"]))["link"]["code"],
            "respect": add_publisher(self.admin, self.smartlinks["respect"], self.ann),
            "paused": add_publisher(self.admin, self.smartlinks["paused"], self.bob),
            "direct": next(each["tracking_key"] for each in items if each["campaign_id"] == self.direct["id"]),
        }

    @property
    def campaigns(self) -> dict[str, str]:
        """The IDs of the campaigns by name."""
        named = {"game": self.game, "shop": self.shop, "last": self.last, "direct": self.direct}
        return {name: campaign["id"] for name, campaign in named.items()}

    @property
    def tokens(self) -> dict[str, str]:
        """The postback tokens by campaign."""
        ids = self.campaigns.values()
        return {each: good(self.admin.get(f"/admin/campaigns/{each}"))["postback_token"] for each in ids}

    def clicks(self, now: datetime) -> dict[str, list[str]]:
        """Click every link, aggregate the clicks, learn, and click again."""
        found = {name: _click(code, 6) for name, code in self.codes.items()}
        found["fallback"] = _click(self.codes["weighted"], 2, CloudFront_Viewer_Country="JP", User_Agent=DESKTOP)
        found["bot"] = _click(self.codes["weighted"], 1, User_Agent=CURL)
        found["duplicate"] = _click(self.codes["weighted"], 2)
        _aggregate([each for ids in found.values() for each in ids], 0, now)
        optimize_pool(self.smartlinks["optimized"]["id"], int(now.timestamp()) + 1, now + timedelta(seconds=1))
        route_cache.clear_caches()
        found["learned"] = _click(self.codes["optimized"], 4)
        _aggregate(found["learned"], 1000, now)
        return found

    def convert(self, clicks: Mapping[str, list[str]]) -> None:
        """Report conversions of some clicks and reject the newest one."""
        tokens = self.tokens
        for name in ("weighted", "optimized", "direct", "fallback"):
            for click_id in clicks[name][:3]:
                if campaign := good(self.admin.get(f"/admin/clicks/{click_id}"))["campaign_id"]:
                    good(Api().get(f"/postback?click_id={click_id}&token={tokens[campaign]}&txid=first"))
        newest = good(self.admin.get("/admin/conversions"))["items"][0]["id"]
        good(self.admin.patch(f"/admin/conversions/{newest}", {"status": "rejected", "reason": "test"}))


def _paths(network: _Network, day: datetime) -> list[str]:
    lists = "campaigns smartlinks publishers applications audit?limit=200 notifications conversions lost-clicks"
    paths = [f"/admin/{name}" for name in (*lists.split(), "clicks?limit=200")]
    paths += [f"/admin/campaigns/{each}" for each in network.campaigns.values()]
    paths.append(f"/admin/publishers/{network.ann.id}/terms")
    for smartlink in network.smartlinks.values():
        of_smartlink = ("", "/publishers", "/weights", "/weights/history")
        paths += [f"/admin/smartlinks/{smartlink['id']}{each}" for each in of_smartlink]
    groups = ("campaign", "smartlink,publisher", "country,device,os", "sub1", "hour", "day")
    span = f"from={(day - timedelta(days=1)).date()}&to={(day + timedelta(days=1)).date()}"
    paths += [f"/admin/reports?{span}&group_by={group}&by={by}" for group in groups for by in ("click", "conversion")]
    return paths + [f"/admin/clicks/{each}" for each in sorted(recorded())]


def _publisher_answers(publisher: Publisher) -> dict[str, Any]:
    paths = ("smartlinks", "postbacks", "notifications", "me")
    return {f"/publisher/{path}": good(publisher.api.get(f"/publisher/{path}")) for path in paths}


def test_freeze(admin: Api) -> None:
    """Build the network and write the sample."""
    release = os.environ.get("RELEASE")
    if not release:
        pytest.fail("Name the release: make freeze RELEASE=0.2.0")
    file = FOLDER / f"release-{release}.json"
    assert not file.exists(), f"{file.name} exists. A frozen sample is never changed."
    network, now = _Network(admin), datetime.now(UTC)
    postback = {"url": "https://tracker.example/?c={click_id}&p={payout}", "event": "*", "status": "approved"}
    good(network.ann.api.post("/publisher/postbacks", postback))
    once = {"name": "once", "destination_url": "https://once.example/"}
    good(admin.post("/admin/campaigns", once, Idempotency_Key="frozen"))
    clicks = network.clicks(now)
    network.convert(clicks)
    sample = {
        "release": release,
        "at": now.isoformat(),
        "admin_key": admin.key,
        "publisher_key": network.ann.api.key,
        "codes": network.codes,
        "clicks": clicks,
        "tokens": network.tokens,
        "campaigns": network.campaigns,
        "smartlinks": {name: each["id"] for name, each in network.smartlinks.items()},
        "answers": {path: good(admin.get(path)) for path in _paths(network, now)},
        "publisher_answers": _publisher_answers(network.ann),
        "tables": {name: _table(name) for name in table_definitions()},
    }
    file.write_text(json.dumps(sample, separators=(",", ":"), sort_keys=True) + "\n")
