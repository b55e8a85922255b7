"""The asymptotic lower bound on the regret of any policy in a stationary pool."""

from math import inf, log

from bench.regret_study.ground_truth import Truth


def lai_robbins(truth: Truth, clicks: float) -> float | None:
    """Return the bound of Lai and Robbins on the regret after `clicks` clicks, in per cent of the oracle's value.

    None if the pool is not stationary. The bound is Σ Δ_k / K_k · log clicks over the suboptimal offers: Δ_k is the
    loss per click, K_k the minimum divergence from the offer's conversions to a distribution that would make it best,
    of two Bernoulli laws with CR_k and best / value (Lai & Robbins 1985; Burnetas & Katehakis 1996, with known
    values). An offer whose value is below the best EPC cannot be best and adds nothing. The bound holds in the limit of
    many clicks, for policies that are consistent in every pool. With few clicks it can exceed the regret of equal
    weights; then it is void.
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


def equal_weights_regret(truth: Truth) -> float:
    """Return the regret of equal weights in a stationary pool, in per cent of the oracle's value."""
    epcs = truth.rates[0, 0] * truth.values
    return float(100 * (1 - epcs.mean() / epcs.max()))


def _divergence(p: float, q: float) -> float:
    """Return the Kullback-Leibler divergence of Bernoulli(`q`) from Bernoulli(`p`); infinite for `q` ≥ 1."""
    if q >= 1:
        return inf
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
