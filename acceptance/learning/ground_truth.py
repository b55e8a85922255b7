"""The ground truth that the platform must learn: the earnings per click of each offer in each segment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from random import Random
from threading import Lock

from acceptance.traffic.user_agents import HUMANS, Agent


@dataclass(frozen=True, slots=True)
class Audience:
    """Visitors of one segment."""

    country: str
    device: str

    @property
    def segment(self) -> str:
        """The segment's name in weights and clicks."""
        return f"{self.country}|{self.device}"

    @property
    def agents(self) -> list[Agent]:
        """The user agents of this device type."""
        return [agent for agent in HUMANS if agent.device == self.device]


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer with its payout per conversion and its expected earnings per click (`epc`) by segment."""

    key: str
    payout: Decimal
    revenue: Decimal
    epc: Mapping[str, float]

    def rate(self, segment: str) -> float:
        """Return the conversion rate of this segment's clicks."""
        return self.epc[segment] / float(self.payout)


AUDIENCES = (Audience("US", "mobile"), Audience("GB", "desktop"))

OFFERS = (
    KnownOffer("sale", Decimal("1.00"), Decimal("1.30"), {"US|mobile": 0.10, "GB|desktop": 0.30}),
    KnownOffer("lead", Decimal("0.80"), Decimal("1.10"), {"US|mobile": 0.20, "GB|desktop": 0.10}),
    KnownOffer("trial", Decimal("1.40"), Decimal("1.90"), {"US|mobile": 0.30, "GB|desktop": 0.20}),
)
"""Each segment has another winner. In one segment the winner is not the offer with the highest conversion rate."""

SPARE = "lead"
"""The offer that wins in no segment; the proof removes it from the pool."""


def offer_of(key: str) -> KnownOffer:
    """Return the offer with this key."""
    return next(offer for offer in OFFERS if offer.key == key)


def winner(segment: str) -> str:
    """Return the key of the offer with the highest EPC in the segment."""
    return max(OFFERS, key=lambda offer: offer.epc[segment]).key


VisitorKind = tuple[str, ...]
"""Segment, offer and A/B arm: clicks of one kind have the same conversion rate."""


class ConversionSampler:
    """Thread-safe draws of conversions: each click converts with exactly the offer's rate.

    With `even`, the number of conversions of every kind differs from its expectation by at most one, so that a proof
    with few clicks does not fail by chance (systematic sampling: Cochran, Sampling Techniques, 3rd ed., ch. 8).
    """

    def __init__(self, seed: int, *, even: bool = False) -> None:
        """The same seed gives the same draws, in the order of the calls."""
        self._random = Random(seed)  # noqa: S311 - reproducible traffic
        self._even, self._lock = even, Lock()
        self._expected: dict[VisitorKind, float] = {}

    def converts(self, kind: VisitorKind, rate: float) -> bool:
        """Draw whether the next click of this kind converts."""
        with self._lock:
            before = self._expected.get(kind) if self._even else None
            before = self._random.random() if before is None else before
            self._expected[kind] = after = before + rate
            return floor(after) > floor(before)


def mean_epc(choices: Iterable[tuple[str, str]]) -> float | None:
    """Return the mean true EPC of clicks, or None without clicks. `choices` are pairs of segment and offer key."""
    epcs = [offer_of(key).epc[segment] for segment, key in choices]
    return sum(epcs) / len(epcs) if epcs else None


def winner_share(segment: str, keys: Sequence[str]) -> float:
    """Return the winner's share of the segment's clicks, given as offer keys; 0 without clicks."""
    return keys.count(winner(segment)) / len(keys) if keys else 0.0
