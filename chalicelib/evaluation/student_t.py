"""Quantiles of Student's t: how many standard errors an interval reaches to either side."""

from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, pi
from statistics import NormalDist

CONFIDENCE = 0.95

_MANY = 60.0
_CLOSE = 1e-9
_EXACT = 1e-14


def t_critical_value(degrees: float, confidence: float = CONFIDENCE) -> float:
    """How many standard errors the two-sided interval of that confidence reaches; `inf` degrees are the normal law."""
    return quantile((1 + confidence) / 2, degrees)


@lru_cache(maxsize=10_000)
def quantile(probability: float, degrees: float) -> float:
    """The t with so much of Student's law below it, to seven digits; `probability` and `degrees` from 1/2 and 1 up.

    Many degrees: the expansion around the normal quantile of Abramowitz & Stegun, Handbook of Mathematical Functions,
    26.7.5. Few: Newton's method on the distribution, which from the left never passes the root of a concave function.
    """
    normal = NormalDist().inv_cdf(probability)
    if degrees >= _MANY:
        return _expanded(normal, degrees)
    t, step = normal, inf
    while abs(step) > _CLOSE * (1 + t):
        step = (probability - _cdf(t, degrees)) / _density(t, degrees)
        t += step
    return t


def _expanded(x: float, degrees: float) -> float:
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
    """The probability of less than `t`, which is not negative (Abramowitz & Stegun, 26.7.1)."""
    return 1 - _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function (DLMF 8.17), for x in (0, 1]."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x) if x < 1 else 1.0
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(front) / a * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of DLMF 8.17.22, by the method of Lentz."""
    value, upper, lower, n = 1.0, inf, 1.0, 0
    while not n or abs(lower * upper - 1) > _EXACT:
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
