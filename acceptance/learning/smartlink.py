"""An optimized smartlink, created and read through the admin API."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from acceptance.learning.ground_truth import OFFERS, KnownOffer
from acceptance.traffic.network import TrafficNetwork, planned_campaign
from acceptance.traffic.plan import Link, PlannedCampaign
from local.client import Client

UNTOUCHED = 50
"""Clicks that each offer gets before the optimizer weights it."""

_PAGE = 200


@dataclass(frozen=True, slots=True)
class OptimizedSmartlink:
    """The smartlink with its network, and the offer key of each campaign ID."""

    admin: Client
    network: TrafficNetwork
    keys: Mapping[str, str]

    @property
    def link(self) -> Link:
        """The link of the only publisher."""
        return self.network.links[0]

    @property
    def path(self) -> str:
        """The smartlink's path in the API."""
        return f"/admin/smartlinks/{self.link.smartlink}"

    def show(self) -> Any:  # noqa: ANN401 - JSON
        """Return the smartlink."""
        return self.admin.get(self.path)

    def edit(self, keys: Iterable[str], **changes: object) -> Any:  # noqa: ANN401 - JSON
        """Replace the offers by these, in this order, and return the edited smartlink."""
        return self.admin.patch(self.path, {"offers": offer_documents(self.keys, keys), **changes})

    def weights(self) -> Any:  # noqa: ANN401 - JSON
        """Return the current weights."""
        return self.admin.get(f"{self.path}/weights")

    def newest_run(self) -> Any:  # noqa: ANN401 - JSON
        """Return the newest optimizer run, or None before the first."""
        return next(iter(self.admin.get(f"{self.path}/weights/history?limit=1")["items"]), None)

    def uplift(self, since: str) -> Any:  # noqa: ANN401 - JSON
        """Return the uplift report from this day on."""
        return self.admin.get(f"{self.path}/uplift?{urlencode({'from': since})}")

    def route_version(self) -> int:
        """Return the current route version, which decides all clicks idempotency_key route caches have expired."""
        simulation = self.admin.post(f"{self.path}/simulate", {}, idempotency_key=secrets.token_hex())
        version: int = simulation["decision"]["route_version"]
        return version

    def clicks(self, since: str) -> Iterator[Any]:
        """Yield every click document from this day on, newest first."""
        query = urlencode({"smartlink_id": self.link.smartlink, "from": since, "limit": _PAGE})
        cursor: str | None = ""
        while cursor is not None:
            page = self.admin.get(f"/admin/clicks?{query}{cursor and f'&cursor={quote(cursor)}'}")
            yield from page["items"]
            cursor = page["next_cursor"]

    def click(self, click_id: str) -> Any:  # noqa: ANN401 - JSON
        """Return one click document."""
        return self.admin.get(f"/admin/clicks/{click_id}")


def create(admin: Client, mark: str, holdout_percent: int) -> OptimizedSmartlink:
    """Create a smartlink with all offers, rotation `optimized` and goal EPC, and a publisher. Names contain `mark`."""
    campaigns = {offer.key: _campaign(admin, mark, offer) for offer in OFFERS}
    keys = {campaign.id: key for key, campaign in campaigns.items()}
    body = {
        "name": f"Learning {mark}",
        "visibility": "private",
        "fallback_url": "https://fallback.example/?cid={click_id}",
        "rotation": "optimized",
        "goal": "epc",
        "untouched_clicks": UNTOUCHED,
        "holdout_percent": holdout_percent,
        "offers": offer_documents(keys, campaigns),
    }
    smartlink = admin.post("/admin/smartlinks", body, idempotency_key=f"learning-{mark}")["id"]
    links = (_link(admin, mark, smartlink),)
    return OptimizedSmartlink(
        admin, TrafficNetwork(mark, {smartlink: "learning"}, tuple(campaigns.values()), links), keys
    )


def offer_documents(keys: Mapping[str, str], selected: Iterable[str]) -> list[dict[str, Any]]:
    """Return the selected offers, in one tier with equal weights. `keys` maps campaign IDs to offer keys."""
    ids = {key: campaign_id for campaign_id, key in keys.items()}
    return [{"campaign_id": ids[key]} for key in selected]


def _campaign(admin: Client, mark: str, offer: KnownOffer) -> PlannedCampaign:
    body = {
        "name": f"{offer.key} {mark}",
        "destination_url": f"https://{offer.key}.example/?cid={{click_id}}",
        "payout": str(offer.payout),
        "revenue": str(offer.revenue),
    }
    rates = [offer.rate(segment) for segment in offer.epc]
    return planned_campaign(
        admin.post("/admin/campaigns", body, idempotency_key=f"learning-{mark}-{offer.key}"), sum(rates) / len(rates)
    )


def _link(admin: Client, mark: str, smartlink: str) -> Link:
    body = {"name": f"Learning {mark}", "email": "learning@publisher.example"}
    publisher = admin.post("/admin/publishers", body, idempotency_key=f"learning-{mark}-publisher")["id"]
    member = {"publisher_id": publisher}
    url = admin.post(f"/admin/smartlinks/{smartlink}/publishers", member, idempotency_key=f"learning-{mark}-link")[
        "link"
    ]["url"]
    return Link(url, smartlink, publisher)
