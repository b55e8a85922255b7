"""Some traffic for the demo network, so that its reports have something to tell."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from acceptance.traffic import addresses, backdate, plan
from acceptance.traffic.http_load import HttpLoad
from acceptance.traffic.ledger import Click
from acceptance.traffic.network import TestNetwork, known
from acceptance.traffic.plan import Link
from acceptance.traffic.run import click_all, post_all
from acceptance.traffic.send import Place
from local.client import Client
from local.up import Running

DAYS = 7
"""How far back the traffic goes."""

_SEED = 1
_CLICKS = 60
_COPIES = 4
_CONVERSIONS = 25
_HOUR = timedelta(hours=1)


def load(running: Running, links: Sequence[Link]) -> str:
    """Click on these links, now and in the last days, and convert; says how much of it there is."""
    rng = Random(_SEED)  # noqa: S311 - a demo, not a secret
    network = _network(Client(running.url, running.admin_key), links)
    visits = plan.visits(rng, links, addresses.draw(rng), _CLICKS)
    with HttpLoad() as wire:
        place = Place(running, network, wire)
        clicks = _with_former(rng, click_all(place, visits))
        told = plan.actions(rng, clicks, network.campaigns, _CONVERSIONS)
        post_all(place, plan.rounds(rng, told))
    return f"{len(clicks)} clicks and {len(told)} conversions over the last {DAYS} days"


def last_days() -> str:
    """The days of that traffic as a report's query asks for them."""
    today = datetime.now(UTC).date()
    return f"from={today - timedelta(days=DAYS)}&to={today}"


def _with_former(rng: Random, clicks: list[Click]) -> list[Click]:
    return clicks + backdate.former(rng, clicks * _COPIES, after=_HOUR, before=DAYS * 24 * _HOUR)


def _network(admin: Client, links: Sequence[Link]) -> TestNetwork:
    """What the API knows of these links' smartlinks; their campaigns convert alike."""
    smartlinks = {link.smartlink: admin.get(f"/admin/smartlinks/{link.smartlink}") for link in links}
    held = sorted({offer["campaign_id"] for each in smartlinks.values() for offer in each["offers"]})
    campaigns = tuple(known(admin.get(f"/admin/campaigns/{each}"), rate=1) for each in held)
    return TestNetwork("demo", {key: each["name"] for key, each in smartlinks.items()}, campaigns, tuple(links))
