import numpy as np
import pytest

from bench.regret_study.environment import play
from bench.regret_study.ground_truth import Array, a_truth
from bench.regret_study.observed_counters import ObservedCounters
from bench.regret_study.policies import after_untouched, epsilon_greedy, equal_weights, learning, ours
from bench.regret_study.scenarios import SCENARIOS
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.weights import OfferShare, OptimizationResult, Reason

RANDOM = np.random.default_rng(0)


def _counters(clicks: list[float], values: list[float]) -> ObservedCounters:
    """Return counters of one segment with these clicks and values by offer."""
    count = len(clicks)
    counters = ObservedCounters(a_truth(np.ones(count), np.full(count, 0.1)))
    counters.clicks[0], counters.value[0] = clicks, values
    return counters


def _a_share(offer: str, share: float) -> OfferShare:
    return OfferShare(offer, share, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, Reason.LEARNED)


def _weights(policy: object, counters: ObservedCounters) -> Array:
    decide = policy(counters, RANDOM)  # type: ignore[operator]
    weights: Array = decide(counters)[0]
    return weights


def test_uniform_weights_cover_usable_offers() -> None:
    counters = _counters([0, 0, 0], [0, 0, 0])
    counters.set_live(np.array([True, False, True]))
    assert list(equal_weights(counters)[0]) == [0.5, 0, 0.5]


def test_offers_below_50_clicks_come_first() -> None:
    assert list(_weights(after_untouched, _counters([49, 50, 10], [0, 9, 0]))) == [0.5, 0, 0.5]


def test_after_50_clicks_the_best_value_per_click_takes_all() -> None:
    assert list(_weights(after_untouched, _counters([50, 60, 500], [1, 3, 9]))) == [0, 1, 0]


def test_tied_offers_share_the_clicks() -> None:
    assert list(_weights(after_untouched, _counters([50, 50, 50], [1, 1, 0]))) == [0.5, 0.5, 0]


def test_epsilon_greedy_gives_a_tenth_to_all_offers() -> None:
    assert _weights(epsilon_greedy, _counters([10, 10], [0, 1])) == pytest.approx([0.05, 0.95])


def test_learning_function_gets_counters_and_returns_weights_by_segment_and_offer() -> None:
    inputs = []

    def learn(stats: PoolStatistics) -> OptimizationResult:
        inputs.append(stats)
        return OptimizationResult({"US|mobile": (_a_share("cmp_01", 0.25), _a_share("cmp_00", 0.75))}, {}, 1.0, 0.01)

    counters = _counters([0, 0], [0, 0])
    assert list(_weights(learning(learn), counters)) == [0.75, 0.25]
    assert [offer.id for offer in inputs[0].offers] == ["cmp_00", "cmp_01"]


def test_optimizer_beats_equal_weights() -> None:
    assert play(SCENARIOS["tiny"], 0, ours).regret < 39
