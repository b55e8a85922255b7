"""A network to send clicks through, built by the admin API: its money in odd cents, its audiences overlapping."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from acceptance.traffic.plan import Link, PlannedCampaign
from local.client import Client

WINDOW_DAYS = 7
"""How long after its click a conversion still counts, on all campaigns here."""

ONCE = "once"
"""The campaign with a duplicate filter; it is the only one of its tier wherever it is an offer."""

_DAY_SECONDS = 86_400
_BOTS_TOO = {"exclude_bots": False}
_CAMPAIGNS: dict[str, tuple[float, dict[str, Any]]] = {
    "game": (0.08, {"payout": "1.37", "revenue": "2.11", "targeting": {"devices": ["mobile"]}}),
    "shop": (0.03, {"payout": "0.83", "revenue": "1.19", "targeting": _BOTS_TOO}),
    "trial": (0.02, {"payout": "4.01", "revenue": "5.53", "targeting": {"countries": ["US", "GB", "DE"]}}),
    "video": (0.10, {"payout": "0.29", "revenue": "0.41", "targeting": {"devices": ["tablet", "desktop"]}}),
    "asia": (0.05, {"payout": "7.77", "revenue": "9.99", "targeting": {"countries": ["JP", "IN"], **_BOTS_TOO}}),
    ONCE: (
        0.04,
        {
            "payout": "0.57",
            "revenue": "0.91",
            "targeting": _BOTS_TOO,
            "duplicate_filter": {"identity": "ip_ua", "window_seconds": _DAY_SECONDS},
        },
    ),
}
"""Conversion rate and settings by key; clicks go to `{key}.example`."""

_SMARTLINKS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "mixed": [
        ("trial", {"weight": 2, "priority": 10, "targeting": {"devices": ["desktop"]}}),
        ("game", {"weight": 3, "priority": 5}),
        ("asia", {"weight": 1, "priority": 5}),
        ("video", {"weight": 2, "priority": 5, "targeting": {"exclude_countries": ["BR", "NG"]}}),
    ],
    "tiers": [(ONCE, {"priority": 10}), ("shop", {"weight": 1}), ("game", {"weight": 2})],
    "single": [(ONCE, {})],
}


@dataclass(frozen=True, slots=True)
class TestNetwork:
    """What was built: smartlinks by ID with their names, campaigns, and every publisher's links."""

    mark: str
    smartlinks: Mapping[str, str]
    campaigns: tuple[PlannedCampaign, ...]
    links: tuple[Link, ...]

    def campaign_at(self, host: str) -> PlannedCampaign | None:
        """The campaign that sends its clicks to this host."""
        return next((campaign for campaign in self.campaigns if campaign.host == host), None)

    def campaign(self, campaign_id: str) -> PlannedCampaign:
        """The campaign of that ID."""
        return next(campaign for campaign in self.campaigns if campaign.id == campaign_id)

    @property
    def once(self) -> str:
        """The ID of the campaign with the duplicate filter."""
        return next(link.filtered for link in self.links if link.filtered)


def build(admin: Client, mark: str, publishers: int) -> TestNetwork:
    """A network of its own, everything named by the mark; the same mark within a day gives the same one."""
    campaigns = {key: _campaign(admin, mark, key) for key in _CAMPAIGNS}
    smartlinks = {key: _smartlink(admin, mark, key, campaigns) for key in _SMARTLINKS}
    members = [_publisher(admin, mark, n) for n in range(publishers)]
    filtered = campaigns[ONCE].id
    links = tuple(
        Link(
            url=_link(admin, mark, smartlink, member),
            smartlink=smartlink,
            publisher=member,
            filtered=filtered if any(offer == ONCE for offer, _ in _SMARTLINKS[key]) else None,
        )
        for key, smartlink in smartlinks.items()
        for member in members
    )
    names = {smartlink: key for key, smartlink in smartlinks.items()}
    return TestNetwork(mark, names, tuple(campaigns.values()), links)


def known(document: Mapping[str, Any], rate: float) -> PlannedCampaign:
    """The campaign of the API's document."""
    return PlannedCampaign(
        id=document["id"],
        name=document["name"],
        host=urlsplit(document["destination_url"]).hostname or "",
        token=document["postback_token"],
        payout=Decimal(document["payout"]),
        revenue=Decimal(document["revenue"]),
        rate=rate,
    )


def _campaign(admin: Client, mark: str, key: str) -> PlannedCampaign:
    rate, settings = _CAMPAIGNS[key]
    body = {
        "name": f"{key} {mark}",
        "destination_url": f"https://{key}.example/?cid={{click_id}}&s={{sub1}}",
        "attribution_window_days": WINDOW_DAYS,
        **settings,
    }
    return known(admin.post("/admin/campaigns", body, once=f"traffic-{mark}-{key}"), rate)


def _smartlink(admin: Client, mark: str, key: str, campaigns: Mapping[str, PlannedCampaign]) -> str:
    body = {
        "name": f"{key} {mark}",
        "visibility": "private",
        "fallback_url": "https://fallback.example/?cid={click_id}",
        "offers": [{"campaign_id": campaigns[offer].id, **seat} for offer, seat in _SMARTLINKS[key]],
    }
    smartlink_id: str = admin.post("/admin/smartlinks", body, once=f"traffic-{mark}-{key}")["id"]
    return smartlink_id


def _publisher(admin: Client, mark: str, n: int) -> str:
    body = {"name": f"Traffic {n} {mark}", "email": f"traffic-{n}@publisher.example"}
    publisher_id: str = admin.post("/admin/publishers", body, once=f"traffic-{mark}-{n}")["id"]
    return publisher_id


def _link(admin: Client, mark: str, smartlink: str, publisher: str) -> str:
    member = {"publisher_id": publisher}
    once = f"traffic-{mark}-{smartlink}-{publisher}"
    url: str = admin.post(f"/admin/smartlinks/{smartlink}/publishers", member, once=once)["link"]["url"]
    return url
