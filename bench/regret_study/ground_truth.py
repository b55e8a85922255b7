"""What is true of a made-up pool: what the offers pay and convert, which a policy has to find out."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DrawnCounts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Truth:
    """A pool of K offers and G segments.

    `rates` are conversions per click, P by G by K: one table for each stretch of time, from the hour in `starts` on.
    By offer (K): `values`, the mean value of a conversion; `configured`, what the admin believes it to be; `spread`,
    how far its logarithm scatters (0: constant, else lognormal); `delays`, the mean hours to conversion, exponential
    (0: at once); `caps`, conversions a day; `joins`, the hour in which it comes into the pool. `open` (G by K) says
    which offers may take a segment's clicks, `traffic` (G) how the clicks divide over the segments.

    A pool with caps has one segment.
    """

    values: Array
    rates: Array
    starts: Array
    configured: Array
    spread: Array
    delays: Array
    caps: Array
    joins: Array
    open: Flags
    traffic: Array

    @property
    def segments(self) -> int:
        """How many segments there are."""
        return int(self.rates.shape[1])

    @property
    def offers(self) -> int:
        """How many offers there are."""
        return int(self.rates.shape[2])

    @property
    def plain(self) -> bool:
        """Whether nothing changes, waits or runs out, everyone is alike and each offer's value constant."""
        still = self.rates.shape[:2] == (1, 1) and self.open.all()
        return bool(still and not (self.spread.any() or self.delays.any() or self.joins.any() or self.capped))

    @property
    def capped(self) -> bool:
        """Whether some offer has a cap."""
        return bool(np.isfinite(self.caps).any())

    def at(self, hour: float) -> int:
        """Which of the tables of `rates` holds at that hour."""
        return int(np.searchsorted(self.starts, hour, side="right")) - 1

    def ordered(self, order: DrawnCounts) -> "Truth":
        """The same pool with its offers in another order."""
        names = {field.name for field in fields(self)} - {"starts", "traffic"}
        return replace(self, **{name: getattr(self, name)[..., order] for name in names})


def a_truth(values: Array, epcs: Array, **others: NDArray[Any]) -> Truth:
    """A truth by the values of conversions (K) and values per click (K, G by K or P by G by K); all else is plain."""
    offers = len(values)
    rates = (epcs / values).reshape((-1, *np.atleast_2d(epcs).shape[-2:]))
    nothing = np.zeros(offers)
    segments = rates.shape[1]
    plain = Truth(
        values=values,
        rates=rates,
        starts=np.zeros(1),
        configured=values,
        spread=nothing,
        delays=nothing,
        caps=np.full(offers, np.inf),
        joins=nothing,
        open=np.ones((segments, offers), dtype=np.bool_),
        traffic=np.full(segments, 1 / segments),
    )
    return replace(plain, **others)
