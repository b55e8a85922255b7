from collections import Counter
from random import Random

import pytest

from bench import decision as bench
from bench.decision import POOLS, Pool
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason
from chalicelib.routing.decision import Decision, decide

TARGETED = Pool(20, targeted=True, segments=60, tiers=4)


def _decisions(pool: Pool) -> list[Decision]:
    rng = Random(5)  # noqa: S311 - no secrets
    route = bench.route(pool, rng)
    return [decide(route, arrival, bool, lambda _: None) for arrival in bench.arrivals(rng)]


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool.name)
def test_every_kind_of_smartlink_routes_the_benchmark_clicks_to_offers(pool: Pool) -> None:
    assert {decision.outcome for decision in _decisions(pool)} == {Outcome.OFFER}


def test_targeted_offers_are_rejected_for_many_reasons_and_some_remain() -> None:
    kept = [decision.rejections for decision in _decisions(TARGETED)]
    reasons = Counter(reason for refusals in kept for reason in refusals)

    assert {*reasons} >= {
        RejectionReason.SCHEDULE,
        RejectionReason.COUNTRY,
        RejectionReason.DEVICE,
        RejectionReason.OS,
        RejectionReason.SOURCE,
    }
    assert reasons[RejectionReason.LOWER_TIER] > reasons[None] > bench.ARRIVALS


def test_learned_weights_are_selected_by_country() -> None:
    arms = Counter((decision.arm, decision.segment != "*") for decision in _decisions(TARGETED))

    assert arms[ExperimentArm.OPTIMIZED, True] > arms[ExperimentArm.OPTIMIZED, False]


def test_cost_of_an_added_offer_is_the_slope_between_20_and_100() -> None:
    taken = {pool.name: float(pool.offers) / 2 for pool in POOLS} | {f"floor {n}": n / 10 for n in (5, 20, 100)}

    assert {figure.value for figure in bench.slopes(taken)} == {0.5}
    assert {round(figure.ratio or 0, 9) for figure in bench.slopes(taken)} == {5.0}


def test_only_20_offers_have_a_target() -> None:
    taken = {pool.name: 14.0 for pool in POOLS} | {f"floor {n}": 1.0 for n in (5, 20, 100)}
    met = {pool.offers: bench.figure(pool, taken).is_met for pool in POOLS}

    assert met == {5: None, 20: True, 100: None}
