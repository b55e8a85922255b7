import numpy as np
import pytest

from bench.regret_study.environment import play
from bench.regret_study.ground_truth import Array, a_truth
from bench.regret_study.observed_counters import Book
from bench.regret_study.policies import after_untouched, alike, epsilon_greedy, learning, ours
from bench.regret_study.scenarios import SCENARIOS
from chalicelib.optimizer.model.pool_statistics import PoolStatistics
from chalicelib.optimizer.model.weights import OfferShare, OptimizationResult, Reason

RANDOM = np.random.default_rng(0)


def _book(clicks: list[float], values: list[float]) -> Book:
    """A segment with so many clicks and so much value by offer."""
    count = len(clicks)
    book = Book(a_truth(np.ones(count), np.full(count, 0.1)))
    book.clicks[0], book.value[0] = clicks, values
    return book


def _a_share(offer: str, share: float) -> OfferShare:
    return OfferShare(offer, share, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, Reason.LEARNED)


def _weights(policy: object, book: Book) -> Array:
    decide = policy(book, RANDOM)  # type: ignore[operator]
    weights: Array = decide(book)[0]
    return weights


def test_uniform_weights_are_over_what_is_usable() -> None:
    book = _book([0, 0, 0], [0, 0, 0])
    book.set_live(np.array([True, False, True]))
    assert list(alike(book)[0]) == [0.5, 0, 0.5]


def test_offers_below_fifty_clicks_come_first() -> None:
    assert list(_weights(after_untouched, _book([49, 50, 10], [0, 9, 0]))) == [0.5, 0, 0.5]


def test_after_fifty_clicks_each_the_best_by_value_per_click_takes_all() -> None:
    assert list(_weights(after_untouched, _book([50, 60, 500], [1, 3, 9]))) == [0, 1, 0]


def test_a_tie_is_shared() -> None:
    assert list(_weights(after_untouched, _book([50, 50, 50], [1, 1, 0]))) == [0.5, 0.5, 0]


def test_epsilon_greedy_keeps_a_tenth_for_all() -> None:
    assert _weights(epsilon_greedy, _book([10, 10], [0, 1])) == pytest.approx([0.05, 0.95])


def test_a_learning_function_is_asked_by_counters_and_answers_by_segment_and_offer() -> None:
    asked = []

    def learn(stats: PoolStatistics) -> OptimizationResult:
        asked.append(stats)
        return OptimizationResult({"US|mobile": (_a_share("cmp_01", 0.25), _a_share("cmp_00", 0.75))}, {}, 1.0, 0.01)

    book = _book([0, 0], [0, 0])
    assert list(_weights(learning(learn), book)) == [0.75, 0.25]
    assert [offer.id for offer in asked[0].offers] == ["cmp_00", "cmp_01"]


def test_the_jobs_own_learning_beats_equal_weights() -> None:
    assert play(SCENARIOS["tiny"], 0, ours).regret < 39
