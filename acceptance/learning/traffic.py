"""Clicks of both segments through the redirect, each with its conversion right after it, until they are counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from acceptance.learning import ground_truth
from acceptance.learning.ground_truth import AUDIENCES, Dice
from acceptance.learning.polling import until
from acceptance.learning.smartlink import Market
from acceptance.traffic import ledger, report_check, send
from acceptance.traffic.http_load import all_of, watched
from acceptance.traffic.ledger import Click
from acceptance.traffic.plan import Link, PlannedAction, PlannedVisit, Post
from acceptance.traffic.run import Sent
from acceptance.traffic.send import Answered, Place
from chalicelib.routing.click_record import arm_draw_of
from deploy.errors import CommandError


@dataclass(frozen=True, slots=True)
class Maker:
    """Who sends: through which place, with which dice; and the books, which grow with every round."""

    market: Market
    place: Place
    dice: Dice
    rng: Random
    addresses: Mapping[str, str | None]
    holdout_percent: int
    threads: int
    clicks: list[Click] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)

    @property
    def sent(self) -> Sent:
        """Everything so far, as the reports are held against it."""
        return Sent(self.market.network, list(self.clicks), [], list(self.answers))

    @property
    def paid(self) -> dict[str, Decimal]:
        """What was paid for a click, by its ID."""
        return {each.click.click_id: each.payout for each in self.sent.conversions}

    @property
    def since(self) -> str:
        """The day (UTC) of the first click."""
        return min(click.at for click in self.clicks).date().isoformat()


def visits(rng: Random, link: Link, addresses: Mapping[str, str | None], count: int) -> list[PlannedVisit]:
    """So many visits, each as likely from the one audience as from the other."""
    places = {each: [address for address, code in addresses.items() if code == each.country] for each in AUDIENCES}
    drawn = [rng.choice(AUDIENCES) for _ in range(count)]
    return [
        PlannedVisit(link, rng.choice(each.agents), rng.choice(places[each]), each.country, {}, sub1=None)
        for each in drawn
    ]


def play(maker: Maker, title: str, count: int) -> None:
    """Send so many clicks and what they convert to; return when the reports have counted all of it."""
    drawn = visits(maker.rng, maker.market.link, maker.addresses, count)
    results = all_of(drawn, lambda visit: _visited(maker, visit), threads=maker.threads)
    for click, answered in watched(title, results, count):
        maker.clicks.append(click)
        maker.answers.extend([answered] if answered else [])
    wrong = send.complaints(maker.answers)
    if wrong:
        message = f"{len(wrong)} postbacks were not answered as they should be: {wrong[0]}"
        raise CommandError(message)
    until("the reports count what was sent", lambda: _agreed(maker) or None)


def clicked(maker: Maker, count: int) -> list[Click]:
    """So many clicks that nothing comes of."""
    drawn = visits(maker.rng, maker.market.link, maker.addresses, count)
    found = all_of(drawn, lambda visit: send.click(maker.place, visit), threads=maker.threads)
    return [click for click in found if click]


def _visited(maker: Maker, visit: PlannedVisit) -> tuple[Click, Answered | None]:
    click = send.click(maker.place, visit)
    if click is None or click.campaign is None:
        message = f"a click went to no offer of the smartlink {maker.market.link.smartlink}"
        raise CommandError(message)
    kind = kind_of(click, maker.market.keys, maker.holdout_percent)
    if not maker.dice.converts(kind, ground_truth.offer_of(kind[1]).rate(kind[0])):
        return click, None
    return click, send.tell(maker.place, Post(PlannedAction(click, txid=None, event=None), "GET", {}))


def kind_of(click: Click, keys: Mapping[str, str], holdout_percent: int) -> ground_truth.VisitorKind:
    """Segment, key of the offer, and arm: clicks that are alike in these convert alike."""
    held_out = arm_draw_of(click.click_id) < holdout_percent / 100
    return f"{click.country}|{click.device}", keys[click.campaign or ""], "holdout" if held_out else ""


def _agreed(maker: Maker) -> bool:
    """Whether the report's totals are those of the books."""
    sent, smartlink = maker.sent, maker.market.link.smartlink
    totals = report_check.report(maker.market.admin, sent, smartlink, ("day",), "click")["totals"]
    books = ledger.total(sent.books(smartlink, ()))
    return not ledger.differences({(): books}, [totals], ())
