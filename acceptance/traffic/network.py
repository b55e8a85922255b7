"""A test network, created through the admin API: money in odd cents, goals, two currencies, overlapping targeting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from acceptance.traffic.goals import planned_goal
from acceptance.traffic.plan import Link, PlannedCampaign
from local.client import Client

WINDOW_DAYS = 7
"""Attribution window of all campaigns, in days."""

FILTERED = "once"
"""The campaign with a duplicate filter. It is always the only offer of its tier."""

_DAY_SECONDS = 86_400
_ACCEPTS_BOTS = {"exclude_bots": False}
_INSTALL = {"name": "install", "payout": "0.37", "revenue": "0.53", "counts": "once"}
_SALE = {"name": "sale", "payout": "0.07", "payout_percent": "3.333", "revenue_percent": "5.01"}
_CAMPAIGNS: dict[str, tuple[float, dict[str, Any]]] = {
    "game": (0.08, {"payout": "1.37", "revenue": "2.11", "targeting": {"devices": ["mobile"]}}),
    "shop": (0.03, {"payout": "0.83", "revenue": "1.19", "targeting": _ACCEPTS_BOTS, "goals": [_INSTALL, _SALE]}),
    "trial": (
        0.02,
        {
            "payout": "4.01",
            "revenue": "5.53",
            "targeting": {"countries": ["US", "GB", "DE"]},
            "approval": "manual",
        },
    ),
    "video": (
        0.10,
        {"payout": "0.29", "revenue": "0.41", "targeting": {"devices": ["tablet", "desktop"]}, "goals": [_SALE]},
    ),
    "asia": (
        0.05,
        {
            "payout": "7.77",
            "revenue": "9.99",
            "targeting": {"countries": ["JP", "IN"], **_ACCEPTS_BOTS},
            "currency": "EUR",
        },
    ),
    FILTERED: (
        0.04,
        {
            "payout": "0.57",
            "revenue": "0.91",
            "targeting": _ACCEPTS_BOTS,
            "duplicate_filter": {"identity": "ip_ua", "window_seconds": _DAY_SECONDS},
        },
    ),
}
"""Conversion rate and settings by key. The destination host is `{key}.example`."""

_SMARTLINKS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "mixed": [
        ("trial", {"weight": 2, "priority": 10, "targeting": {"devices": ["desktop"]}}),
        ("game", {"weight": 3, "priority": 5}),
        ("asia", {"weight": 1, "priority": 5}),
        ("video", {"weight": 2, "priority": 5, "targeting": {"exclude_countries": ["BR", "NG"]}}),
    ],
    "tiers": [(FILTERED, {"priority": 10}), ("shop", {"weight": 1}), ("game", {"weight": 2})],
    "single": [(FILTERED, {})],
}


TERMS = {"game": Decimal("1.83"), "shop": Decimal("0.59")}
"""The payouts of the goal `default` in the terms of the first publisher."""


@dataclass(frozen=True, slots=True)
class TrafficNetwork:
    """A test network: names of the smartlinks by ID, campaigns, and the links of all publishers.

    `terms` are the payouts of the goal `default` that differ from the campaign's, by publisher and campaign.
    """

    mark: str
    smartlinks: Mapping[str, str]
    campaigns: tuple[PlannedCampaign, ...]
    links: tuple[Link, ...]
    terms: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

    def campaign_at(self, host: str) -> PlannedCampaign | None:
        """Return the campaign with this destination host, or None."""
        return next((campaign for campaign in self.campaigns if campaign.host == host), None)

    def campaign(self, campaign_id: str) -> PlannedCampaign:
        """Return the campaign with this ID."""
        return next(campaign for campaign in self.campaigns if campaign.id == campaign_id)

    @property
    def filtered_campaign(self) -> str:
        """The ID of the campaign with the duplicate filter."""
        return next(link.filtered for link in self.links if link.filtered)


def create(admin: Client, mark: str, publishers: int) -> TrafficNetwork:
    """Create a network; all names contain `mark`. The same mark within a day returns the same network."""
    campaigns = {key: _campaign(admin, mark, key) for key in _CAMPAIGNS}
    smartlinks = {key: _smartlink(admin, mark, key, campaigns) for key in _SMARTLINKS}
    members = [_publisher(admin, mark, n) for n in range(publishers)]
    terms = {(members[0], campaigns[key].id): payout for key, payout in TERMS.items()}
    for (member, campaign), payout in terms.items():
        admin.put(f"/admin/publishers/{member}/terms/{campaign}", {"payout": str(payout)})
    filtered = campaigns[FILTERED].id
    links = tuple(
        Link(
            url=_link(admin, mark, smartlink, member),
            smartlink=smartlink,
            publisher=member,
            filtered=filtered if any(offer == FILTERED for offer, _ in _SMARTLINKS[key]) else None,
        )
        for key, smartlink in smartlinks.items()
        for member in members
    )
    names = {smartlink: key for key, smartlink in smartlinks.items()}
    return TrafficNetwork(mark, names, tuple(campaigns.values()), links, terms)


def planned_campaign(document: Mapping[str, Any], rate: float) -> PlannedCampaign:
    """Return the campaign of an API document."""
    return PlannedCampaign(
        id=document["id"],
        name=document["name"],
        host=urlsplit(document["destination_url"]).hostname or "",
        token=document["postback_token"],
        default=planned_goal(document),
        rate=rate,
        currency=document["currency"],
        goals=tuple(planned_goal(goal) for goal in document["goals"]),
        is_manual=document["approval"] == "manual",
    )


def _campaign(admin: Client, mark: str, key: str) -> PlannedCampaign:
    rate, settings = _CAMPAIGNS[key]
    body = {
        "name": f"{key} {mark}",
        "destination_url": f"https://{key}.example/?cid={{click_id}}&s={{sub1}}",
        "attribution_window_days": WINDOW_DAYS,
        **settings,
    }
    return planned_campaign(admin.post("/admin/campaigns", body, idempotency_key=f"traffic-{mark}-{key}"), rate)


def _smartlink(admin: Client, mark: str, key: str, campaigns: Mapping[str, PlannedCampaign]) -> str:
    body = {
        "name": f"{key} {mark}",
        "visibility": "private",
        "fallback_url": "https://fallback.example/?cid={click_id}",
        "offers": [{"campaign_id": campaigns[offer].id, **settings} for offer, settings in _SMARTLINKS[key]],
    }
    smartlink_id: str = admin.post("/admin/smartlinks", body, idempotency_key=f"traffic-{mark}-{key}")["id"]
    return smartlink_id


def _publisher(admin: Client, mark: str, n: int) -> str:
    body = {"name": f"Traffic {n} {mark}", "email": f"traffic-{n}@publisher.example"}
    publisher_id: str = admin.post("/admin/publishers", body, idempotency_key=f"traffic-{mark}-{n}")["id"]
    return publisher_id


def _link(admin: Client, mark: str, smartlink: str, publisher: str) -> str:
    member = {"publisher_id": publisher}
    idempotency_key = f"traffic-{mark}-{smartlink}-{publisher}"
    url: str = admin.post(f"/admin/smartlinks/{smartlink}/publishers", member, idempotency_key=idempotency_key)["link"][
        "url"
    ]
    return url
