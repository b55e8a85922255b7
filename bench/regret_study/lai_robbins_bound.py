"""The least regret that any policy without foreknowledge can have in a pool where nothing changes."""

from math import inf, log

from bench.regret_study.ground_truth import Truth


def lai_robbins(truth: Truth, clicks: float) -> float | None:
    """The bound of Lai and Robbins on the regret of so many clicks, in per cent of the oracle's value.

    None where something changes or waits. It is Σ Δ_k / K_k · log clicks over the offers that are not best: Δ_k is how
    much less a click is worth there, K_k the least divergence from the offer's conversions to some that would make it
    best, of two Bernoulli laws with CR_k and best / value (Lai & Robbins 1985; Burnetas & Katehakis 1996, where values
    are known). An offer that cannot be best, as its value is below the best value per click, costs nothing. The bound
    holds in the limit of many clicks, for policies that are good in every pool. Where clicks are few it can be more
    than equal weights lose, and then it says nothing.
    """
    if not truth.plain:
        return None
    rates = truth.rates[0, 0]
    epcs = rates * truth.values
    best = max(epcs.tolist())
    parts = [
        (best - epc) / _divergence(rate, best / value if value > best else inf)
        for rate, epc, value in zip(rates.tolist(), epcs.tolist(), truth.values.tolist(), strict=True)
        if epc < best
    ]
    return float(100 * sum(parts) * log(clicks) / (clicks * best))


def equal_weights_lose(truth: Truth) -> float:
    """What equal weights lose in such a pool, in per cent of the oracle's value."""
    epcs = truth.rates[0, 0] * truth.values
    return float(100 * (1 - epcs.mean() / epcs.max()))


def _divergence(p: float, q: float) -> float:
    """Kullback and Leibler's, from a coin of chance `p` to one of chance `q`; infinite where `q` is no chance."""
    if q >= 1:
        return inf
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
