"""The ground truth of a simulated pool: values and conversion rates, unknown to the policies."""

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

    `rates` are conversions per click, P by G by K: one table for each period, which starts at the hour in `starts`.
    By offer (K): `values`, the mean value of a conversion; `configured`, the value that the admin configured; `spread`,
    the standard deviation of its logarithm (0: constant, else lognormal); `delays`, the mean hours to conversion,
    exponential (0: at once); `caps`, conversions per day; `joins`, the hour in which it joins the pool. `open` (G by K)
    are the eligible offers of each segment, `traffic` (G) the segments' shares of clicks.

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
        """Number of segments."""
        return int(self.rates.shape[1])

    @property
    def offers(self) -> int:
        """Number of offers."""
        return int(self.rates.shape[2])

    @property
    def plain(self) -> bool:
        """Whether the pool is stationary: one segment, no changes, delays or caps, and constant values."""
        is_static = self.rates.shape[:2] == (1, 1) and self.open.all()
        return bool(is_static and not (self.spread.any() or self.delays.any() or self.joins.any() or self.capped))

    @property
    def capped(self) -> bool:
        """Whether any offer has a cap."""
        return bool(np.isfinite(self.caps).any())

    def at(self, hour: float) -> int:
        """Return the index of the table of `rates` at this hour."""
        return int(np.searchsorted(self.starts, hour, side="right")) - 1

    def ordered(self, order: DrawnCounts) -> "Truth":
        """Return the pool with its offers in another order."""
        names = {field.name for field in fields(self)} - {"starts", "traffic"}
        return replace(self, **{name: getattr(self, name)[..., order] for name in names})


def a_truth(values: Array, epcs: Array, **others: NDArray[Any]) -> Truth:
    """Return a truth from conversion values (K) and EPCs (K, G by K or P by G by K); all other fields are neutral."""
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
