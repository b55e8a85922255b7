"""Quantiles of Student's t distribution, for the width of confidence intervals."""

from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, pi
from statistics import NormalDist

CONFIDENCE = 0.95

_EXPANSION_DEGREES = 60.0
_NEWTON_TOLERANCE = 1e-9
_FRACTION_TOLERANCE = 1e-14


def t_critical_value(degrees: float, confidence: float = CONFIDENCE) -> float:
    """Return the half-width of a two-sided interval in standard errors; `inf` degrees mean the normal distribution."""
    return quantile((1 + confidence) / 2, degrees)


@lru_cache(maxsize=10_000)
def quantile(probability: float, degrees: float) -> float:
    """Return the quantile of Student's t to seven digits, for a probability from 1/2 and degrees of freedom from 1.

    Many degrees: the expansion around the normal quantile of Abramowitz & Stegun, Handbook of Mathematical Functions,
    26.7.5. Few: Newton's method on the distribution, which from the left never passes the root of a concave function.
    """
    normal = NormalDist().inv_cdf(probability)
    if degrees >= _EXPANSION_DEGREES:
        return _expansion(normal, degrees)
    t, step = normal, inf
    while abs(step) > _NEWTON_TOLERANCE * (1 + t):
        step = (probability - _cdf(t, degrees)) / _density(t, degrees)
        t += step
    return t


def _expansion(x: float, degrees: float) -> float:
    if degrees == inf:
        return x
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92_160,
    )
    return x + sum(term / degrees**n for n, term in enumerate(terms, 1))


def _density(t: float, degrees: float) -> float:
    scale = lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - log(degrees * pi) / 2
    return exp(scale - (degrees + 1) / 2 * log1p(t * t / degrees))


def _cdf(t: float, degrees: float) -> float:
    """Return the probability of less than `t`, which must not be negative (Abramowitz & Stegun, 26.7.1)."""
    return 1 - _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularized incomplete beta function (DLMF 8.17), for x in (0, 1]."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x) if x < 1 else 1.0
    log_front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(log_front) / a * _continued_fraction(a, b, x)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of DLMF 8.17.22, by the method of Lentz."""
    value, upper, lower, n = 1.0, inf, 1.0, 0
    while not n or abs(lower * upper - 1) > _FRACTION_TOLERANCE:
        n += 1
        numerator = _numerator(a, b, n) * x
        lower = 1 / (1 + numerator * lower)
        upper = 1 + numerator / upper
        value *= lower * upper
    return value


def _numerator(a: float, b: float, n: int) -> float:
    m = n // 2
    if n % 2 == 0:
        return m * (b - m) / ((a + n - 1) * (a + n))
    return -(a + m) * (a + b + m) / ((a + n - 1) * (a + n))
