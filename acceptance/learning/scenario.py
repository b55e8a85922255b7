"""The proof on the running stack: untouched clicks, five optimizer runs, their accuracy and uplift, two edits."""

import secrets
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from acceptance.learning import accuracy_checks, edit_and_reset_checks, ground_truth, learning_runs, smartlink, traffic
from acceptance.learning.findings import Finding, Keys, RecordedClick, recorded_click
from acceptance.learning.learning_runs import Run
from acceptance.learning.polling import wait_for_route_caches, wait_until
from acceptance.learning.traffic import TrafficGenerator
from acceptance.traffic import addresses
from acceptance.traffic.http_load import HttpLoad
from acceptance.traffic.send import TrafficTarget
from deploy.errors import CommandError
from local.client import Client
from local.up import Running

RUNS = 5
_PROBES = 20
_MIN_FRESH = 10


@dataclass(frozen=True, slots=True)
class ScenarioOptions:
    """Numbers of clicks: `first` before the first run, `between` two consecutive runs, `last` after the fifth run.

    `even` uses expected conversion counts instead of random draws, for a proof with few clicks.
    """

    first: int = 2_400
    between: int = 500
    last: int = 800
    seed: int = 1
    holdout_percent: int = 10
    threads: int = 6
    even: bool = False


def prove(running: Running, options: ScenarioOptions) -> Iterator[Finding | str]:
    """Create a network, send its traffic and run the optimizer. Yield findings and progress lines."""
    rng = Random(options.seed)  # noqa: S311 - reproducible traffic
    visitor_addresses = addresses.draw(rng)
    created = smartlink.create(Client(running.url, running.admin_key), secrets.token_hex(4), options.holdout_percent)
    with HttpLoad() as http_load:
        generator = TrafficGenerator(
            smartlink=created,
            target=TrafficTarget(running, created.network, http_load),
            sampler=ground_truth.ConversionSampler(options.seed, even=options.even),
            rng=rng,
            addresses=visitor_addresses,
            holdout_percent=options.holdout_percent,
            threads=options.threads,
        )
        yield f"smartlink {created.link.smartlink}, clicks {options.holdout_percent} % held out"
        run = yield from _run_five_times(generator, options)
        yield from _check_accuracy(generator, run, options.last // 5)
        run = yield from _remove_spare(generator, run)
        yield from _reset(generator, run)


def _run_five_times(generator: TrafficGenerator, options: ScenarioOptions) -> Generator[Finding | str, None, Run]:
    """Run the optimizer five times, with new clicks before and after each run. Return the fifth run."""
    traffic.send_and_wait(generator, "Sending the untouched clicks", options.first)
    yield accuracy_checks.check_untouched_clicks(
        [generator.smartlink.keys[click.campaign or ""] for click in generator.clicks], smartlink.UNTOUCHED
    )
    for n in range(1, RUNS + 1):
        run = _run_on_all_clicks(generator)
        yield f"run {n}: {summary(run, generator.smartlink.keys)}"
        if n == RUNS:
            wait_for_route_caches()
        traffic.send_and_wait(generator, f"Sending clicks after run {n}", options.between if n < RUNS else options.last)
    return run


def _run_on_all_clicks(generator: TrafficGenerator) -> Run:
    """Run the optimizer and return a run that has read every click so far."""
    count = len(generator.clicks)
    return learning_runs.run_learning(
        generator.smartlink, f"no weights from {count} clicks", lambda run: run["clicks"] >= count
    )


def summary(run: Run, keys: Keys) -> str:
    """Return what the run read and the shares it published, as text."""
    shares = [
        f"{segment} {key} {float(row['share']):.0%}"
        for (segment, key), row in edit_and_reset_checks.offer_rows(run, keys).items()
    ]
    read = f"{run['clicks']} clicks and {run['conversions']} conversions read"
    return f"{read}; {', '.join(shares)}"


def _check_accuracy(generator: TrafficGenerator, run: Run, minimum: int) -> Iterator[Finding]:
    """Check winners, arms and uplift. At least `minimum` clicks per segment must use the last weights."""
    clicks = _recorded_clicks(generator)
    yield from accuracy_checks.check_winners(clicks, run["weights_version"], minimum)
    yield accuracy_checks.check_arms(clicks, generator.holdout_percent)
    yield accuracy_checks.check_uplift(generator.smartlink.uplift(generator.since), clicks, generator.paid)


def _recorded_clicks(generator: TrafficGenerator) -> Sequence[RecordedClick]:
    """Return all clicks so far, as the API reports them."""
    documents = list(generator.smartlink.clicks(generator.since))
    if {document["click_id"] for document in documents} != {click.click_id for click in generator.clicks}:
        message = f"The API lists {len(documents)} clicks, but {len(generator.clicks)} were sent. See `make logs`."
        raise CommandError(message)
    return [recorded_click(document, generator.smartlink.keys) for document in documents]


def _remove_spare(generator: TrafficGenerator, run: Run) -> Generator[Finding | str, None, Run]:
    """Remove the spare offer, run the optimizer, and return that run."""
    remaining = [offer.key for offer in ground_truth.OFFERS if offer.key != ground_truth.SPARE]
    generator.smartlink.edit(remaining)
    after = learning_runs.run_learning(
        generator.smartlink,
        "no weights of the edited smartlink",
        lambda newest: newest["route_version"] > run["route_version"],
    )
    yield f"run without {ground_truth.SPARE}: {summary(after, generator.smartlink.keys)}"
    yield from edit_and_reset_checks.check_learning_survives_edit(
        edit_and_reset_checks.offer_rows(run, generator.smartlink.keys),
        edit_and_reset_checks.offer_rows(after, generator.smartlink.keys),
    )
    return after


def _reset(generator: TrafficGenerator, run: Run) -> Iterator[Finding]:
    """Add the spare offer again and start a new epoch."""
    before = generator.smartlink.show()["epoch"]
    after = generator.smartlink.edit([offer.key for offer in ground_truth.OFFERS], on_pool_change="reset")["epoch"]
    yield from edit_and_reset_checks.check_reset((before, after), generator.smartlink.weights())
    version = generator.smartlink.route_version()
    clicks = wait_until("no clicks on the route of the new epoch", lambda: _click_on_route(generator, version))
    yield edit_and_reset_checks.check_clicks_after_reset(clicks, run["weights_version"])


def _click_on_route(generator: TrafficGenerator, version: int) -> list[RecordedClick] | None:
    """Send clicks and return those decided by this route version or later, or None if too few were."""
    sent = traffic.send_without_conversions(generator, _PROBES)
    clicks = [recorded_click(generator.smartlink.click(click.click_id), generator.smartlink.keys) for click in sent]
    fresh = [click for click in clicks if click.route_version >= version]
    return fresh if len(fresh) >= _MIN_FRESH else None
