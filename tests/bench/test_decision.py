from collections import Counter
from random import Random

import pytest

from bench import decision as bench
from bench.decision import POOLS, Pool
from chalicelib.domain.click import ExperimentArm, Outcome, RejectionReason
from chalicelib.routing.decision import Decision, decide

TARGETED = Pool(20, targeted=True, segments=60, tiers=4)


def _decisions(pool: Pool) -> list[Decision]:
    dice = Random(5)  # noqa: S311 - no secrets
    route = bench.route(pool, dice)
    return [decide(route, arrival, bool, lambda _: None) for arrival in bench.arrivals(dice)]


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: pool.name)
def test_every_kind_of_pool_takes_the_clicks_that_it_is_timed_with(pool: Pool) -> None:
    assert {decision.outcome for decision in _decisions(pool)} == {Outcome.OFFER}


def test_targeted_pools_refuse_for_many_reasons_and_leave_some_to_choose_from() -> None:
    kept = [decision.refusals for decision in _decisions(TARGETED)]
    reasons = Counter(reason for refusals in kept for reason in refusals)

    assert {*reasons} >= {
        RejectionReason.SCHEDULE,
        RejectionReason.COUNTRY,
        RejectionReason.DEVICE,
        RejectionReason.OS,
        RejectionReason.SOURCE,
    }
    assert reasons[RejectionReason.LOWER_TIER] > reasons[None] > bench.ARRIVALS


def test_learned_weights_of_many_segments_are_used_by_their_countries() -> None:
    arms = Counter((decision.arm, decision.segment != "*") for decision in _decisions(TARGETED))

    assert arms[ExperimentArm.OPTIMIZED, True] > arms[ExperimentArm.OPTIMIZED, False]


def test_what_an_added_offer_costs_is_the_slope_between_20_and_100() -> None:
    taken = {pool.name: float(pool.offers) / 2 for pool in POOLS} | {f"floor {n}": n / 10 for n in (5, 20, 100)}

    assert {figure.value for figure in bench.slopes(taken)} == {0.5}
    assert {round(figure.ratio or 0, 9) for figure in bench.slopes(taken)} == {5.0}


def test_only_the_usual_size_has_a_target() -> None:
    taken = {pool.name: 14.0 for pool in POOLS} | {f"floor {n}": 1.0 for n in (5, 20, 100)}
    met = {pool.offers: bench.figure(pool, taken).is_met for pool in POOLS}

    assert met == {5: None, 20: True, 100: None}
