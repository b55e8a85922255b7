"""A smartlink that optimizes, built by the admin API, and what an admin asks of it."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from acceptance.learning.ground_truth import OFFERS, KnownOffer
from acceptance.traffic.network import TestNetwork, known
from acceptance.traffic.plan import Link, PlannedCampaign
from local.client import Client

UNTOUCHED = 50
"""Clicks that each offer gets before it is judged."""

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Market:
    """The smartlink with its network, and the key of each campaign by its ID."""

    admin: Client
    network: TestNetwork
    keys: Mapping[str, str]

    @property
    def link(self) -> Link:
        """The one publisher's link."""
        return self.network.links[0]

    @property
    def path(self) -> str:
        """The smartlink in the API."""
        return f"/admin/smartlinks/{self.link.smartlink}"

    def show(self) -> Any:  # noqa: ANN401 - JSON
        """The smartlink."""
        return self.admin.get(self.path)

    def edit(self, keys: Iterable[str], **changes: object) -> Any:  # noqa: ANN401 - JSON
        """Leave these offers, in their order, in the pool; the smartlink after it."""
        return self.admin.patch(self.path, {"offers": seats(self.keys, keys), **changes})

    def weights(self) -> Any:  # noqa: ANN401 - JSON
        """The weights in force."""
        return self.admin.get(f"{self.path}/weights")

    def newest_run(self) -> Any:  # noqa: ANN401 - JSON
        """The newest run of the learning; None before the first."""
        return next(iter(self.admin.get(f"{self.path}/weights/history?limit=1")["items"]), None)

    def uplift(self, since: str) -> Any:  # noqa: ANN401 - JSON
        """The uplift since that day."""
        return self.admin.get(f"{self.path}/uplift?{urlencode({'from': since})}")

    def route_version(self) -> int:
        """The version of the route that clicks are decided by now, once no process remembers another."""
        answer = self.admin.post(f"{self.path}/simulate", {}, once=secrets.token_hex())
        version: int = answer["decision"]["route_version"]
        return version

    def clicks(self, since: str) -> Iterator[Any]:
        """Every click document since that day, newest first."""
        asked = urlencode({"smartlink_id": self.link.smartlink, "from": since, "limit": _PAGE})
        cursor: str | None = ""
        while cursor is not None:
            page = self.admin.get(f"/admin/clicks?{asked}{cursor and f'&cursor={quote(cursor)}'}")
            yield from page["items"]
            cursor = page["next_cursor"]

    def click(self, click_id: str) -> Any:  # noqa: ANN401 - JSON
        """One click document."""
        return self.admin.get(f"/admin/clicks/{click_id}")


def build(admin: Client, mark: str, holdout_percent: int) -> Market:
    """A pool of all offers in rotation `optimized`, goal EPC, with a publisher on it; everything named by the mark."""
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
        "offers": seats(keys, campaigns),
    }
    smartlink = admin.post("/admin/smartlinks", body, once=f"learning-{mark}")["id"]
    links = (_link(admin, mark, smartlink),)
    return Market(admin, TestNetwork(mark, {smartlink: "learning"}, tuple(campaigns.values()), links), keys)


def seats(keys: Mapping[str, str], wanted: Iterable[str]) -> list[dict[str, Any]]:
    """The offers of these keys, of one tier and equal weight. `keys` are all of them by campaign ID."""
    ids = {key: campaign_id for campaign_id, key in keys.items()}
    return [{"campaign_id": ids[key]} for key in wanted]


def _campaign(admin: Client, mark: str, offer: KnownOffer) -> PlannedCampaign:
    body = {
        "name": f"{offer.key} {mark}",
        "destination_url": f"https://{offer.key}.example/?cid={{click_id}}",
        "payout": str(offer.payout),
        "revenue": str(offer.revenue),
    }
    rates = [offer.rate(segment) for segment in offer.epc]
    return known(admin.post("/admin/campaigns", body, once=f"learning-{mark}-{offer.key}"), sum(rates) / len(rates))


def _link(admin: Client, mark: str, smartlink: str) -> Link:
    body = {"name": f"Learning {mark}", "email": "learning@publisher.example"}
    publisher = admin.post("/admin/publishers", body, once=f"learning-{mark}-publisher")["id"]
    member = {"publisher_id": publisher}
    url = admin.post(f"/admin/smartlinks/{smartlink}/publishers", member, once=f"learning-{mark}-link")["link"]["url"]
    return Link(url, smartlink, publisher)
