"""Earnings with full knowledge of the truth: the reference for regret."""

import numpy as np

from bench.regret_study.ground_truth import Array, DrawnCounts, Truth


class Oracle:
    """Sends clicks to the best offer of each segment; with caps, to the best offer with capacity left today.

    A cap of c conversions per day lasts for c ÷ CR clicks. The allocation is then a fractional knapsack over the day's
    clicks, all of equal size: using the highest value per click first is exact (Dantzig 1957).
    Pools with caps have one segment.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._rates = truth.rates[0]
        self._left: Array = np.zeros(truth.offers)
        self._best: Array = np.zeros(truth.segments)
        self._order: list[int] = []

    def at(self, hour: float, rates: Array) -> None:
        """Set the rates (G by K) that apply from this hour on."""
        usable = self._truth.open & (self._truth.joins <= hour)
        epcs = np.where(usable, rates * self._truth.values, -np.inf)
        self._rates, self._best = rates, epcs.max(axis=1)
        self._order = [int(k) for k in np.argsort(-epcs[0]) if usable[0, k]]

    def new_day(self) -> None:
        """Reset the daily caps."""
        self._left = self._truth.caps / self._rates[0]

    def earns(self, clicks: DrawnCounts) -> float:
        """Return the expected value of a step's clicks (G)."""
        return self._under_caps(float(clicks[0])) if self._truth.capped else float(clicks @ self._best)

    def _under_caps(self, clicks: float) -> float:
        value = 0.0
        for offer in self._order:
            taken = min(clicks, self._left[offer])
            value += taken * self._rates[0, offer] * self._truth.values[offer]
            self._left[offer] -= taken
            clicks -= taken
        return value
