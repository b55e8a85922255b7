"""Traffic for the demo network, so that its reports have data."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from acceptance.traffic import addresses, backdate, plan
from acceptance.traffic.http_load import HttpLoad
from acceptance.traffic.ledger import Click
from acceptance.traffic.network import TrafficNetwork, planned_campaign
from acceptance.traffic.plan import Link
from acceptance.traffic.run import click_all, post_all
from acceptance.traffic.send import TrafficTarget
from local.client import Client
from local.up import Running

DAYS = 7
"""Age of the oldest traffic, in days."""

_SEED = 1
_CLICKS = 60
_COPIES = 4
_CONVERSIONS = 25
_HOUR = timedelta(hours=1)


def send(running: Running, links: Sequence[Link]) -> str:
    """Send clicks and conversions on these links, now and backdated. Return a summary of the amounts."""
    rng = Random(_SEED)  # noqa: S311 - a demo, not a secret
    network = _network(Client(running.url, running.admin_key), links)
    visits = plan.draw_visits(rng, links, addresses.with_networks(addresses.draw(rng)), _CLICKS)
    with HttpLoad() as http_load:
        target = TrafficTarget(running, network, http_load)
        clicks = _with_backdated(rng, click_all(target, visits))
        actions = plan.draw_actions(rng, clicks, network.campaigns, _CONVERSIONS)
        post_all(target, plan.draw_rounds(rng, actions))
    return f"{len(clicks)} clicks and {len(actions)} conversions over the last {DAYS} days"


def last_days() -> str:
    """Return the date range of the traffic as query parameters of a report."""
    today = datetime.now(UTC).date()
    return f"from={today - timedelta(days=DAYS)}&to={today}"


def _with_backdated(rng: Random, clicks: list[Click]) -> list[Click]:
    return clicks + backdate.copy_clicks(rng, clicks * _COPIES, after=_HOUR, before=DAYS * 24 * _HOUR)


def _network(admin: Client, links: Sequence[Link]) -> TrafficNetwork:
    """Return the network of these links, as the API describes it. All campaigns have the same conversion rate."""
    smartlinks = {link.smartlink: admin.get(f"/admin/smartlinks/{link.smartlink}") for link in links}
    ids = sorted({offer["campaign_id"] for smartlink in smartlinks.values() for offer in smartlink["offers"]})
    campaigns = tuple(planned_campaign(admin.get(f"/admin/campaigns/{campaign}"), rate=1) for campaign in ids)
    return TrafficNetwork(
        "demo", {key: smartlink["name"] for key, smartlink in smartlinks.items()}, campaigns, tuple(links)
    )
