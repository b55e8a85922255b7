"""What the maker knows and the platform must find out: what each offer earns per click, in each segment."""

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
        """Its name in weights and clicks."""
        return f"{self.country}|{self.device}"

    @property
    def agents(self) -> list[Agent]:
        """What such people browse with."""
        return [agent for agent in HUMANS if agent.device == self.device]


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer that pays `payout` for a conversion and `epc` for a click of each segment, in the long run."""

    key: str
    payout: Decimal
    revenue: Decimal
    epc: Mapping[str, float]

    def rate(self, segment: str) -> float:
        """How likely a click of this segment is to convert."""
        return self.epc[segment] / float(self.payout)


AUDIENCES = (Audience("US", "mobile"), Audience("GB", "desktop"))

OFFERS = (
    KnownOffer("sale", Decimal("1.00"), Decimal("1.30"), {"US|mobile": 0.10, "GB|desktop": 0.30}),
    KnownOffer("lead", Decimal("0.80"), Decimal("1.10"), {"US|mobile": 0.20, "GB|desktop": 0.10}),
    KnownOffer("trial", Decimal("1.40"), Decimal("1.90"), {"US|mobile": 0.30, "GB|desktop": 0.20}),
)
"""Each segment has its own winner, and in one of them it is not the offer that converts best."""

SPARE = "lead"
"""The offer that wins nowhere, so that it can be taken out."""


def offer_of(key: str) -> KnownOffer:
    """The offer of that key."""
    return next(offer for offer in OFFERS if offer.key == key)


def winner(segment: str) -> str:
    """The key of the offer that earns most in the segment."""
    return max(OFFERS, key=lambda offer: offer.epc[segment]).key


VisitorKind = tuple[str, ...]
"""Clicks that convert alike."""


class Dice:
    """Decides whether a click converts, with exactly the offer's rate for each click; for several threads at once.

    Even dice keep the number of conversions of every kind of clicks within one of what is to be expected, so that
    a proof of few clicks does not fail by bad luck (systematic sampling: Cochran, Sampling Techniques, 3rd ed., ch. 8).
    """

    def __init__(self, seed: int, *, even: bool = False) -> None:
        """The same seed throws the same numbers, in the order of the calls."""
        self._random = Random(seed)  # noqa: S311 - traffic that can be drawn again
        self._even, self._lock = even, Lock()
        self._due: dict[VisitorKind, float] = {}

    def converts(self, kind: VisitorKind, rate: float) -> bool:
        """Whether the next click of this kind converts."""
        with self._lock:
            before = self._due.get(kind) if self._even else None
            before = self._random.random() if before is None else before
            self._due[kind] = after = before + rate
            return floor(after) > floor(before)


def mean_epc(chosen: Iterable[tuple[str, str]]) -> float | None:
    """The mean true EPC of clicks, given as segment and key of the chosen offer; None without any."""
    earned = [offer_of(key).epc[segment] for segment, key in chosen]
    return sum(earned) / len(earned) if earned else None


def best_share(segment: str, keys: Sequence[str]) -> float:
    """Which share of the segment's clicks, given as the keys of their offers, went to its winner; 0 without any."""
    return keys.count(winner(segment)) / len(keys) if keys else 0.0
