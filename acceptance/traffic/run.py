"""One traffic run: create a network, send clicks and conversions, and return what was sent."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from random import Random

from acceptance.traffic import addresses, backdate, network, plan, uncounted
from acceptance.traffic import send as traffic_send
from acceptance.traffic.http_load import HttpLoad, collect_with_progress, run_all
from acceptance.traffic.ledger import By, Click, Ledger, SentConversion, overcounted_visitors, tally
from acceptance.traffic.network import WINDOW_DAYS, TrafficNetwork
from acceptance.traffic.plan import PlannedVisit, Post
from acceptance.traffic.send import PostResult, TrafficTarget
from local.client import Client
from local.up import Running

_BACKDATED_SHARE = 20
_LATE_SHARE = 20
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Amount of traffic. `rate` is clicks per second, 0 for no limit; the same `seed` draws the same traffic."""

    clicks: int = 20_000
    conversions: int = 600
    rate: float = 150
    seed: int = 1
    publishers: int = 3
    concurrency: int = 6


@dataclass(frozen=True, slots=True)
class Sent:
    """The traffic that was sent. `real` clicks went through the redirect, `backdated` ones into the table."""

    network: TrafficNetwork
    real: list[Click]
    backdated: list[Click]
    results: list[PostResult]

    @property
    def clicks(self) -> list[Click]:
        """All clicks, real and backdated."""
        return self.real + self.backdated

    @property
    def conversions(self) -> list[SentConversion]:
        """The conversions that should have been recorded, including pending and rejected ones."""
        return traffic_send.expected_conversions(self.network, self.results)

    def ledger(self, smartlink: str, dimensions: Sequence[str], by: By = "click") -> Ledger:
        """Return the ledger of one smartlink."""
        return tally(
            [click for click in self.clicks if click.smartlink == smartlink],
            [conversion for conversion in self.conversions if conversion.click.smartlink == smartlink],
            dimensions,
            by,
        )

    def unexpected_results(self) -> list[str]:
        """Return a message for each unexpected response, before any report is read."""
        filtered = {link.smartlink for link in self.network.links if link.filtered}
        clicks = [click for click in self.real if click.smartlink in filtered]
        return [
            *traffic_send.unexpected_results(self.results),
            *overcounted_visitors(clicks, self.network.filtered_campaign),
        ]


def send(running: Running, options: RunOptions) -> Sent:
    """Create a network and send its traffic. Takes about `clicks / rate` seconds."""
    rng = Random(options.seed)  # noqa: S311 - reproducible traffic
    created = network.create(Client(running.url, running.admin_key), secrets.token_hex(4), options.publishers)
    visits = plan.draw_visits(rng, created.links, addresses.with_networks(addresses.draw(rng)), options.clicks)
    with HttpLoad() as http_load:
        target = TrafficTarget(running, created, http_load)
        real = click_all(target, visits, threads=options.concurrency, rate=options.rate)
        delayed = backdate.copy_clicks(
            rng, _sample(rng, real, options.clicks // _BACKDATED_SHARE), after=_HOUR, before=6 * _DAY
        )
        late = backdate.copy_clicks(
            rng, _sample_late(rng, created, real, options), after=WINDOW_DAYS * _DAY + _HOUR, before=12 * _DAY
        )
        actions = plan.draw_actions(rng, real + 4 * delayed, created.campaigns, options.conversions)
        others = uncounted.draw_uncounted(rng, actions, created.campaigns) + uncounted.plan_late_actions(late)
        rounds = plan.draw_rounds(rng, actions + others)
        results = post_all(target, rounds, threads=options.concurrency)
    return Sent(created, real, delayed + late, results)


def click_all(
    target: TrafficTarget, visits: Sequence[PlannedVisit], *, threads: int = 6, rate: float = 0
) -> list[Click]:
    """Send the visits and return the clicks. Visits whose destination URL has no click ID are skipped."""
    clicks = run_all(visits, lambda visit: traffic_send.send_visit(target, visit), threads=threads, rate=rate)
    return [click for click in collect_with_progress("Sending clicks", clicks, len(visits)) if click]


def post_all(target: TrafficTarget, rounds: Sequence[Sequence[Post]], *, threads: int = 6) -> list[PostResult]:
    """Send the posts round by round, and return their results."""
    results = (run_all(posts, lambda post: traffic_send.send_post(target, post), threads=threads) for posts in rounds)
    return collect_with_progress("Posting conversions", chain.from_iterable(results), sum(map(len, rounds)))


def _sample(rng: Random, clicks: Sequence[Click], count: int) -> list[Click]:
    return rng.sample(clicks, min(count, len(clicks)))


def _sample_late(rng: Random, created: TrafficNetwork, real: Sequence[Click], options: RunOptions) -> list[Click]:
    """Draw human clicks on offers, to be copied to a time before the attribution window."""
    ids = {campaign.id for campaign in created.campaigns}
    candidates = [click for click in real if click.campaign in ids and not click.is_bot]
    return _sample(rng, candidates, max(options.conversions // _LATE_SHARE, 1))
