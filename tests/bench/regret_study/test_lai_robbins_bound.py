from math import log

import numpy as np
import pytest

from bench.regret_study.ground_truth import a_truth
from bench.regret_study.lai_robbins_bound import lai_robbins
from bench.regret_study.scenarios import SCENARIOS


def test_bound_of_two_offers_is_difference_over_divergence() -> None:
    truth = a_truth(np.array([1.0, 1.0]), np.array([0.2, 0.1]))
    divergence = 0.1 * log(0.1 / 0.2) + 0.9 * log(0.9 / 0.8)
    expected = 100 * (0.1 / divergence) * log(1_000) / (1_000 * 0.2)
    assert lai_robbins(truth, 1_000) == pytest.approx(expected)


def test_bound_uses_known_values() -> None:
    truth = a_truth(np.array([1.0, 4.0]), np.array([0.2, 0.1]))
    divergence = 0.025 * log(0.025 / 0.05) + 0.975 * log(0.975 / 0.95)
    assert lai_robbins(truth, 1_000) == pytest.approx(100 * (0.1 / divergence) * log(1_000) / (1_000 * 0.2))


@pytest.mark.parametrize("value", [0.15, -1.0])
def test_offer_that_cannot_be_best_adds_nothing(value: float) -> None:
    truth = a_truth(np.array([1.0, value]), np.array([0.2, 0.1 * value]))
    assert lai_robbins(truth, 1_000) == 0


@pytest.mark.parametrize(
    ("name", "bounded"),
    [(name, name in {"near-equal", "inverse-payout", "one-star", "tiny", "big", "negative-margin", "equal-cr"})
     for name in SCENARIOS],
)  # fmt: skip
def test_only_stationary_pools_have_a_bound(name: str, *, bounded: bool) -> None:
    assert (lai_robbins(SCENARIOS[name].truth(0), 1_000) is not None) == bounded
