"""A small world for replay: visitors, offers with true conversion rates, and clicks logged by the real decision."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib.domain import ids
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import RejectionReason
from chalicelib.domain.route import Route
from chalicelib.domain.visitor import Device, Visitor
from chalicelib.evaluation.replay.estimator import weight_bound
from chalicelib.evaluation.replay.importance_weights import WeightedClicks
from chalicelib.evaluation.replay.logged_click import LoggedClick, logged
from chalicelib.evaluation.replay.policies import logging_policy, target_policy
from chalicelib.evaluation.reward import Reward
from chalicelib.routing import click_record
from chalicelib.routing.decision import decide
from tests.builders import NOW, an_arrival

Rates = Mapping[tuple[str, str], float]
"""The true conversion rate by country and campaign."""

COUNTRIES = ("US", "GB", "DE")


@dataclass(frozen=True, slots=True)
class World:
    """Clicks by the second, and what they bring: a payout, with a revenue of half as much again."""

    rates: Rates
    payouts: Mapping[str, int]
    countries: Sequence[str] = COUNTRIES
    reserve: Callable[[Campaign], RejectionReason | None] = lambda _: None

    def traffic(self, route: Route, clicks: int, seed: int) -> list[dict[str, Any]]:
        """So many clicks on the route, stored as the redirect stores them, each with its `earning`."""
        chance = random.Random(seed)  # noqa: S311 - made-up visitors
        return [self._click(route, chance, n) for n in range(clicks)]

    def _click(self, route: Route, chance: random.Random, n: int) -> dict[str, Any]:
        now = NOW + timedelta(seconds=n)
        click_id = ids.time_ordered_id(now, chance.randbytes(10))
        visitor = Visitor(country=chance.choice(self.countries), device=chance.choice((Device.MOBILE, Device.DESKTOP)))
        arrival = replace(an_arrival(visitor=visitor), now=now, draw=click_record.draw_of(click_id))
        arrival = replace(arrival, arm_draw=click_record.arm_draw_of(click_id))
        stored = click_record.record(click_id, arrival, route, decide(route, arrival, lambda _: True, self.reserve))
        return {**stored, "earning": self._earned(visitor, stored["campaign_id"] or "", chance)}

    def _earned(self, visitor: Visitor, campaign_id: str, chance: random.Random) -> Reward:
        converts = chance.random() < self.rates.get((str(visitor.country), campaign_id), 0.0)
        payout = self.payouts.get(campaign_id, 0) * 1_000_000 * converts
        return Reward(int(converts), payout, payout * 3 // 2)

    def value(self, edited: Route, clicks: Sequence[LoggedClick]) -> float:
        """The true payout per click, in millionths, of the clicks under the edited route."""
        total = 0.0
        for click in clicks:
            for action, chance in target_policy(click, edited, lambda *_: True).items():
                rate = self.rates.get((str(click.arrival.visitor.country), action.campaign_id), 0.0)
                total += chance * rate * self.payouts.get(action.campaign_id, 0) * 1_000_000
        return total / len(clicks)


def read(traffic: Sequence[dict[str, Any]], route: Route) -> list[LoggedClick]:
    """The clicks as replay reads them."""
    return [logged(stored, route, stored["earning"]) for stored in traffic]


def trials(clicks: Sequence[LoggedClick], edited: Route) -> WeightedClicks:
    """The clicks as trials of the edit."""
    found = WeightedClicks(weight_bound(len(clicks)))
    for click in clicks:
        found.add(click, logging_policy(click), target_policy(click, edited, lambda *_: True))
    return found
