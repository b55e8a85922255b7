"""Simulation for replay: visitors, offers with true conversion rates, and clicks logged by the real decision."""

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
from chalicelib.evaluation.replay.logged_click import LoggedClick, decode_click
from chalicelib.evaluation.replay.policies import logging_policy, target_policy
from chalicelib.evaluation.reward import Reward
from chalicelib.routing import click_record
from chalicelib.routing.decision import decide
from tests.builders import NOW, a_click_context

Rates = Mapping[tuple[str, str], float]
"""The true conversion rate by country and campaign."""

COUNTRIES = ("US", "GB", "DE")


@dataclass(frozen=True, slots=True)
class World:
    """Source of clicks, one per second, and of conversions, whose revenue is 1.5 times the payout."""

    rates: Rates
    payouts: Mapping[str, int]
    countries: Sequence[str] = COUNTRIES
    reserve: Callable[[Campaign], RejectionReason | None] = lambda _: None

    def traffic(self, route: Route, clicks: int, seed: int) -> list[dict[str, Any]]:
        """Return clicks on the route as the redirect stores them, each with its `reward`."""
        generator = random.Random(seed)  # noqa: S311 - simulated visitors
        return [self._click(route, generator, n) for n in range(clicks)]

    def _click(self, route: Route, generator: random.Random, n: int) -> dict[str, Any]:
        now = NOW + timedelta(seconds=n)
        click_id = ids.time_ordered_id(now, generator.randbytes(10))
        visitor = Visitor(
            country=generator.choice(self.countries), device=generator.choice((Device.MOBILE, Device.DESKTOP))
        )
        context = replace(a_click_context(visitor=visitor), now=now, draw=click_record.draw_of(click_id))
        context = replace(context, arm_draw=click_record.arm_draw_of(click_id))
        stored = click_record.record(click_id, context, route, decide(route, context, lambda _: True, self.reserve))
        return {**stored, "reward": self._reward(visitor, stored["campaign_id"] or "", generator)}

    def _reward(self, visitor: Visitor, campaign_id: str, generator: random.Random) -> Reward:
        has_converted = generator.random() < self.rates.get((str(visitor.country), campaign_id), 0.0)
        payout = self.payouts.get(campaign_id, 0) * 1_000_000 * has_converted
        return Reward(int(has_converted), payout, payout * 3 // 2)

    def value(self, edited: Route, clicks: Sequence[LoggedClick]) -> float:
        """Return the true payout per click, in millionths, of the clicks under the edited route."""
        total = 0.0
        for click in clicks:
            for action, probability in target_policy(click, edited, lambda *_: True).items():
                rate = self.rates.get((str(click.context.visitor.country), action.campaign_id), 0.0)
                total += probability * rate * self.payouts.get(action.campaign_id, 0) * 1_000_000
        return total / len(clicks)


def decode_traffic(traffic: Sequence[dict[str, Any]], route: Route) -> list[LoggedClick]:
    """Return the clicks as replay decodes them."""
    return [decode_click(stored, route, stored["reward"]) for stored in traffic]


def weigh(clicks: Sequence[LoggedClick], edited: Route) -> WeightedClicks:
    """Return the clicks with importance weights for the edit."""
    weighted = WeightedClicks(weight_bound(len(clicks)))
    for click in clicks:
        weighted.add(click, logging_policy(click), target_policy(click, edited, lambda *_: True))
    return weighted
