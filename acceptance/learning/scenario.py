"""The whole proof on the running stack: untouched clicks, five runs, what was learned, what it earns, two edits."""

import secrets
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from acceptance.learning import accuracy_checks, edit_and_reset_checks, ground_truth, learning_runs, smartlink, traffic
from acceptance.learning.findings import Chosen, Finding, Keys, chosen
from acceptance.learning.learning_runs import Run
from acceptance.learning.polling import until, until_everywhere
from acceptance.learning.traffic import Maker
from acceptance.traffic import addresses
from acceptance.traffic.http_load import HttpLoad
from acceptance.traffic.send import Place
from deploy.errors import CommandError
from local.client import Client
from local.up import Running

RUNS = 5
_PROBES = 20
_FRESH = 10


@dataclass(frozen=True, slots=True)
class ScenarioOptions:
    """How many clicks: `first` before the first run, `between` each two runs, `last` after the fifth.

    `even` takes the luck out of the conversions, for a proof of few clicks.
    """

    first: int = 2_400
    between: int = 500
    last: int = 800
    seed: int = 1
    holdout_percent: int = 10
    threads: int = 6
    even: bool = False


def prove(running: Running, order: ScenarioOptions) -> Iterator[Finding | str]:
    """Build a network, send its traffic and let it learn: findings in their order, and lines that say how it went."""
    rng = Random(order.seed)  # noqa: S311 - traffic that can be drawn again
    drawn = addresses.draw(rng)
    built = smartlink.build(Client(running.url, running.admin_key), secrets.token_hex(4), order.holdout_percent)
    with HttpLoad() as wire:
        maker = Maker(
            market=built,
            place=Place(running, built.network, wire),
            dice=ground_truth.Dice(order.seed, even=order.even),
            rng=rng,
            addresses=drawn,
            holdout_percent=order.holdout_percent,
            threads=order.threads,
        )
        yield f"smartlink {built.link.smartlink}, clicks {order.holdout_percent} % held out"
        run = yield from _learned(maker, order)
        yield from _judged(maker, run, order.last // 5)
        run = yield from _without_spare(maker, run)
        yield from _reset(maker, run)


def _learned(maker: Maker, order: ScenarioOptions) -> Generator[Finding | str, None, Run]:
    """Five runs, each after clicks of its own, then the clicks that are judged; the fifth run."""
    traffic.play(maker, "Sending the untouched clicks", order.first)
    yield accuracy_checks.untouched(
        [maker.market.keys[click.campaign or ""] for click in maker.clicks], smartlink.UNTOUCHED
    )
    for n in range(1, RUNS + 1):
        run = _run(maker)
        yield f"run {n}: {summary(run, maker.market.keys)}"
        if n == RUNS:
            until_everywhere()
        traffic.play(maker, f"Sending clicks after run {n}", order.between if n < RUNS else order.last)
    return run


def _run(maker: Maker) -> Run:
    """A run that has read every click so far."""
    count = len(maker.clicks)
    return learning_runs.learn(maker.market, f"weights from {count} clicks", lambda run: run["clicks"] >= count)


def summary(run: Run, keys: Keys) -> str:
    """What the run read, and the shares that it gave."""
    shares = [
        f"{segment} {key} {float(row['share']):.0%}"
        for (segment, key), row in edit_and_reset_checks.rows(run, keys).items()
    ]
    read = f"{run['clicks']} clicks and {run['conversions']} conversions read"
    return f"{read}; {', '.join(shares)}"


def _judged(maker: Maker, run: Run, least: int) -> Iterator[Finding]:
    """What became of the clicks; at least so many of each segment must have gone by the last weights."""
    clicks = _recorded(maker)
    yield from accuracy_checks.winners(clicks, run["weights_version"], least)
    yield accuracy_checks.arms(clicks, maker.holdout_percent)
    yield accuracy_checks.uplift(maker.market.uplift(maker.since), clicks, maker.paid)


def _recorded(maker: Maker) -> Sequence[Chosen]:
    """All clicks so far, as the platform tells of them."""
    documents = list(maker.market.clicks(maker.since))
    if {each["click_id"] for each in documents} != {click.click_id for click in maker.clicks}:
        message = f"the list of clicks has {len(documents)}, not the {len(maker.clicks)} that were sent"
        raise CommandError(message)
    return [chosen(each, maker.market.keys) for each in documents]


def _without_spare(maker: Maker, run: Run) -> Generator[Finding | str, None, Run]:
    """An edit that takes the spare offer out; the run after it."""
    left = [offer.key for offer in ground_truth.OFFERS if offer.key != ground_truth.SPARE]
    maker.market.edit(left)
    after = learning_runs.learn(
        maker.market, "weights of the edited pool", lambda each: each["route_version"] > run["route_version"]
    )
    yield f"run without {ground_truth.SPARE}: {summary(after, maker.market.keys)}"
    yield from edit_and_reset_checks.kept(
        edit_and_reset_checks.rows(run, maker.market.keys), edit_and_reset_checks.rows(after, maker.market.keys)
    )
    return after


def _reset(maker: Maker, run: Run) -> Iterator[Finding]:
    """An edit that puts the spare offer back and begins a new epoch."""
    before = maker.market.show()["epoch"]
    after = maker.market.edit([offer.key for offer in ground_truth.OFFERS], on_pool_change="reset")["epoch"]
    yield from edit_and_reset_checks.forgotten((before, after), maker.market.weights())
    version = maker.market.route_version()
    clicks = until("clicks on the route of the new epoch", lambda: _clicked_on(maker, version))
    yield edit_and_reset_checks.unlearned(clicks, run["weights_version"])


def _clicked_on(maker: Maker, version: int) -> list[Chosen] | None:
    """Some clicks that this version of the route decided, or a newer one; None where it was not in force yet."""
    sent = traffic.clicked(maker, _PROBES)
    found = [chosen(maker.market.click(click.click_id), maker.market.keys) for click in sent]
    fresh = [click for click in found if click.route_version >= version]
    return fresh if len(fresh) >= _FRESH else None
