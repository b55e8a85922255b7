"""One run of the maker: a network, its clicks, its conversions, and what should come of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from random import Random

from acceptance.traffic import addresses, backdate, ledger, network, plan
from acceptance.traffic import send as traffic_send
from acceptance.traffic.http_load import HttpLoad, all_of, watched
from acceptance.traffic.ledger import By, Click, Ledger, SentConversion
from acceptance.traffic.network import WINDOW_DAYS, TestNetwork
from acceptance.traffic.plan import PlannedVisit, Post
from acceptance.traffic.send import Answered, Place
from local.client import Client
from local.up import Running

_FORMER_SHARE = 20
_LATE_SHARE = 20
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How much to send. `rate` is clicks a second, 0 as many as can be; the same `seed` draws the same traffic."""

    clicks: int = 20_000
    conversions: int = 600
    rate: float = 150
    seed: int = 1
    publishers: int = 3
    concurrency: int = 6


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent. `real` clicks went through the redirect, `former` ones were put into the table."""

    network: TestNetwork
    real: list[Click]
    former: list[Click]
    answers: list[Answered]

    @property
    def clicks(self) -> list[Click]:
        """All of them."""
        return self.real + self.former

    @property
    def conversions(self) -> list[SentConversion]:
        """What should have counted, the rejected ones too."""
        return traffic_send.conversions(self.network, self.answers)

    def books(self, smartlink: str, dimensions: Sequence[str], by: By = "click") -> Ledger:
        """The ledger of one smartlink."""
        return ledger.tally(
            [click for click in self.clicks if click.smartlink == smartlink],
            [each for each in self.conversions if each.click.smartlink == smartlink],
            dimensions,
            by,
        )

    def complaints(self) -> list[str]:
        """What the answers alone show to be wrong, before any report is read."""
        through = {link.smartlink for link in self.network.links if link.filtered}
        met = [click for click in self.real if click.smartlink in through]
        return [*traffic_send.complaints(self.answers), *ledger.overcounted_visitors(met, self.network.once)]


def send(running: Running, order: RunOptions) -> Sent:
    """Build a network and send its traffic; about `clicks / rate` seconds, or as long as the stack takes."""
    rng = Random(order.seed)  # noqa: S311 - traffic that can be drawn again
    built = network.build(Client(running.url, running.admin_key), secrets.token_hex(4), order.publishers)
    visits = plan.visits(rng, built.links, addresses.draw(rng), order.clicks)
    with HttpLoad() as wire:
        place = Place(running, built, wire)
        real = click_all(place, visits, threads=order.concurrency, rate=order.rate)
        delayed = backdate.former(rng, _some(rng, real, order.clicks // _FORMER_SHARE), after=_HOUR, before=6 * _DAY)
        late = backdate.former(rng, _late(rng, built, real, order), after=WINDOW_DAYS * _DAY + _HOUR, before=12 * _DAY)
        told = plan.actions(rng, real + 4 * delayed, built.campaigns, order.conversions) + plan.late_actions(late)
        answers = post_all(place, plan.rounds(rng, told), threads=order.concurrency)
    return Sent(built, real, delayed + late, answers)


def click_all(place: Place, visits: Sequence[PlannedVisit], *, threads: int = 6, rate: float = 0) -> list[Click]:
    """Send the visits; the clicks whose IDs their destinations tell."""
    clicks = all_of(visits, lambda visit: traffic_send.click(place, visit), threads=threads, rate=rate)
    return [click for click in watched("Sending clicks", clicks, len(visits)) if click]


def post_all(place: Place, rounds: Sequence[Sequence[Post]], *, threads: int = 6) -> list[Answered]:
    """Send the posts, each round once the one before is answered."""
    answers = (all_of(posts, lambda post: traffic_send.tell(place, post), threads=threads) for posts in rounds)
    return watched("Posting conversions", chain.from_iterable(answers), sum(map(len, rounds)))


def _some(rng: Random, clicks: Sequence[Click], count: int) -> list[Click]:
    return rng.sample(clicks, min(count, len(clicks)))


def _late(rng: Random, built: TestNetwork, real: Sequence[Click], order: RunOptions) -> list[Click]:
    """Clicks on offers, to be moved out of the attribution window."""
    ids = {campaign.id for campaign in built.campaigns}
    taken = [click for click in real if click.campaign in ids and not click.is_bot]
    return _some(rng, taken, max(order.conversions // _LATE_SHARE, 1))
