"""Send clicks of both segments with their conversions, and wait until the reports have counted them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from acceptance.learning import ground_truth
from acceptance.learning.ground_truth import AUDIENCES, ConversionSampler
from acceptance.learning.polling import wait_until
from acceptance.learning.smartlink import OptimizedSmartlink
from acceptance.traffic import ledger, report_check, send
from acceptance.traffic.http_load import collect_with_progress, run_all
from acceptance.traffic.ledger import Click
from acceptance.traffic.plan import Link, PlannedAction, PlannedVisit, Post
from acceptance.traffic.run import Sent
from acceptance.traffic.send import PostResult, TrafficTarget
from chalicelib.routing.click_record import arm_draw_of
from deploy.errors import CommandError


@dataclass(frozen=True, slots=True)
class TrafficGenerator:
    """Sends traffic to one smartlink and collects all clicks and postback results."""

    smartlink: OptimizedSmartlink
    target: TrafficTarget
    sampler: ConversionSampler
    rng: Random
    addresses: Mapping[str, str | None]
    holdout_percent: int
    threads: int
    clicks: list[Click] = field(default_factory=list)
    results: list[PostResult] = field(default_factory=list)

    @property
    def sent(self) -> Sent:
        """Everything sent so far, for comparison with reports."""
        return Sent(self.smartlink.network, list(self.clicks), [], list(self.results))

    @property
    def paid(self) -> dict[str, Decimal]:
        """Payout by click ID."""
        return {conversion.click.click_id: conversion.payout for conversion in self.sent.conversions}

    @property
    def since(self) -> str:
        """The day (UTC) of the first click."""
        return min(click.at for click in self.clicks).date().isoformat()


def draw_visits(rng: Random, link: Link, addresses: Mapping[str, str | None], count: int) -> list[PlannedVisit]:
    """Draw `count` visits; every audience is equally likely. `addresses` maps addresses to countries."""
    candidates = {
        audience: [address for address, code in addresses.items() if code == audience.country] for audience in AUDIENCES
    }
    audiences = [rng.choice(AUDIENCES) for _ in range(count)]
    return [
        PlannedVisit(
            link, rng.choice(audience.agents), rng.choice(candidates[audience]), audience.country, {}, sub1=None
        )
        for audience in audiences
    ]


def send_and_wait(generator: TrafficGenerator, title: str, count: int) -> None:
    """Send `count` clicks and their conversions, and return when the reports have counted all of them."""
    visits = draw_visits(generator.rng, generator.smartlink.link, generator.addresses, count)
    sent = run_all(visits, lambda visit: _visit_and_convert(generator, visit), threads=generator.threads)
    for click, result in collect_with_progress(title, sent, count):
        generator.clicks.append(click)
        generator.results.extend([result] if result else [])
    unexpected = send.unexpected_results(generator.results)
    if unexpected:
        message = f"{len(unexpected)} postbacks returned an unexpected response: {unexpected[0]}"
        raise CommandError(message)
    wait_until("the reports differ from the ledger", lambda: _reports_match(generator) or None)


def send_without_conversions(generator: TrafficGenerator, count: int) -> list[Click]:
    """Send `count` clicks without conversions, and return them."""
    visits = draw_visits(generator.rng, generator.smartlink.link, generator.addresses, count)
    clicks = run_all(visits, lambda visit: send.send_visit(generator.target, visit), threads=generator.threads)
    return [click for click in clicks if click]


def _visit_and_convert(generator: TrafficGenerator, visit: PlannedVisit) -> tuple[Click, PostResult | None]:
    click = send.send_visit(generator.target, visit)
    if click is None or click.campaign is None:
        message = (
            f"A click was sent to the fallback of smartlink {generator.smartlink.link.smartlink}. See `make logs`."
        )
        raise CommandError(message)
    kind = kind_of(click, generator.smartlink.keys, generator.holdout_percent)
    if not generator.sampler.converts(kind, ground_truth.offer_of(kind[1]).rate(kind[0])):
        return click, None
    return click, send.send_post(generator.target, Post(PlannedAction(click, txid=None, event=None), "GET", {}))


def kind_of(click: Click, keys: Mapping[str, str], holdout_percent: int) -> ground_truth.VisitorKind:
    """Return segment, offer key and A/B arm of a click. Clicks of one kind have the same conversion rate."""
    held_out = arm_draw_of(click.click_id) < holdout_percent / 100
    return f"{click.country}|{click.device}", keys[click.campaign or ""], "holdout" if held_out else ""


def _reports_match(generator: TrafficGenerator) -> bool:
    """Return whether the report's totals equal the ledger's."""
    sent, smartlink = generator.sent, generator.smartlink.link.smartlink
    totals = report_check.report(generator.smartlink.admin, sent, smartlink, ("day",), "click")["totals"]
    expected = ledger.total(sent.ledger(smartlink, ()))
    return not ledger.differences({(): expected}, [totals], ())
