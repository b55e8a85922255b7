"""The counters of a simulated pool, as the optimizer job would read them."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

import numpy as np

from bench.regret_study.ground_truth import Array, DrawnCounts, Flags, Truth
from bench.regret_study.scenarios import STEPS_A_DAY, STEPS_AN_HOUR
from chalicelib.optimizer.model.pool_statistics import (
    DELAY_BINS,
    DELAY_EDGES,
    Bucket,
    OfferStats,
    PoolStatistics,
    SegmentStats,
)

UNTOUCHED = 50
_FIRST_HOUR = 490_000.0
_COUNTRIES = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "SE", "PL", "BR", "MX", "JP", "IN", "ZA", "AU", "CA", "TR")
_DEVICES = ("mobile", "desktop", "tablet")
SEGMENTS = tuple(f"{country}|{device}" for country in _COUNTRIES for device in _DEVICES)


@dataclass(frozen=True, slots=True)
class ObservedConversion:
    """One conversion: segment, offer, step of its click, delay in hours, and value."""

    segment: int
    offer: int
    step: int
    delay: float
    value: float


class ObservedCounters:
    """The counters of one pool, updated in each step.

    By segment and offer (G by K): `clicks`, `conversions` and `value` in total, and `new_clicks`, `new_conversions` and
    `new_value` of the last step; `usable`, whether the offer is eligible for the segment's clicks now. By segment:
    `expected`, the mean clicks per step over the last day.
    """

    def __init__(self, truth: Truth) -> None:
        self.configured = truth.configured
        self.shape = (truth.segments, truth.offers)
        self.ids = [f"cmp_{k:02d}" for k in range(truth.offers)]
        self.names = SEGMENTS[: truth.segments]
        self.step = 0
        self.clicks, self.conversions, self.value = np.zeros((3, *self.shape))
        self.new_clicks, self.new_conversions, self.new_value = np.zeros((3, *self.shape))
        self.live: Flags = np.ones(truth.offers, dtype=np.bool_)
        self.open = truth.open
        self.usable: Flags = truth.open
        self.expected: Array = np.zeros(truth.segments)
        self._recent: deque[DrawnCounts] = deque(maxlen=STEPS_A_DAY)
        self._recent_sum: DrawnCounts = np.zeros(truth.segments, dtype=np.int64)
        self._buckets: list[Bucket] = []
        self._values: list[list[float]] = [[] for _ in self.ids]
        self._squares: list[list[float]] = [[] for _ in self.ids]
        self._delays = [[0.0] * DELAY_BINS for _ in self.ids]
        self._clicks: list[dict[int, list[float]]] = [{} for _ in self.names]
        self._conversions: list[dict[int, list[float]]] = [{} for _ in self.names]
        self._open = [None if row.all() else frozenset(np.flatnonzero(row).tolist()) for row in truth.open]

    @property
    def now(self) -> float:
        """Current time in hours since 1970."""
        return _FIRST_HOUR + self.step / STEPS_AN_HOUR

    def set_live(self, live: Flags) -> None:
        """Set the offers that can get clicks in this step."""
        if not np.array_equal(live, self.live):
            self.live, self.usable = live.copy(), self.open & live

    def add_clicks(self, clicks: DrawnCounts) -> None:
        """Add a step's clicks (G by K) and advance to the next step. Conversions of the step are added afterwards."""
        if self.step % STEPS_AN_HOUR == 0:
            self._open_bucket()
        self.new_clicks = clicks.astype(np.float64)
        self.new_conversions, self.new_value = np.zeros((2, *self.shape))
        self.clicks += clicks
        for segment, offer in np.argwhere(clicks).tolist():
            self._series(segment, offer)[-1] += float(clicks[segment, offer])
        self._update_expected(clicks.sum(axis=1))
        self.step += 1

    def add_at_once(self, conversions: DrawnCounts) -> None:
        """Add conversions (G by K) of constant value without delay, of the last step's clicks."""
        for segment, offer in np.argwhere(conversions).tolist():
            count, value = float(conversions[segment, offer]), float(self.configured[offer])
            self._conversions[segment][offer][-1] += count
            self._delays[offer][0] += count
            self._values[offer][-1] += count * value
            self._squares[offer][-1] += count * value * value
        self.new_conversions += conversions
        self.new_value += conversions * self.configured
        self.conversions += conversions
        self.value += conversions * self.configured

    def add(self, conversion: ObservedConversion) -> None:
        """Add one conversion to the bucket of its click."""
        cell, bucket = (conversion.segment, conversion.offer), conversion.step // STEPS_AN_HOUR
        self._conversions[conversion.segment][conversion.offer][bucket] += 1
        self._delays[conversion.offer][bisect_right(DELAY_EDGES, conversion.delay) - 1] += 1
        self._values[conversion.offer][bucket] += conversion.value
        self._squares[conversion.offer][bucket] += conversion.value**2
        for counts in (self.conversions, self.new_conversions):
            counts[cell] += 1
        for sums in (self.value, self.new_value):
            sums[cell] += conversion.value

    def stats(self) -> PoolStatistics:
        """Return the counters as input of the optimizer's model. Valid until the next step."""
        offers = [self._offer(n) for n in range(len(self.ids))]
        segments = [self._segment(n) for n in range(len(self.names))]
        return PoolStatistics("sml_bench", self.now, self._buckets, offers, segments, UNTOUCHED)

    def _offer(self, index: int) -> OfferStats:
        return OfferStats(
            id=self.ids[index],
            value=float(self.configured[index]),
            values=self._values[index],
            squares=self._squares[index],
            delays=self._delays[index],
            total_clicks=float(self.clicks[:, index].sum()),
            is_live=bool(self.live[index]),
        )

    def _segment(self, index: int) -> SegmentStats:
        expected = float(self.expected[index])
        return SegmentStats(
            self.names[index], expected, self._clicks[index], self._conversions[index], self._open[index]
        )

    def _open_bucket(self) -> None:
        start = _FIRST_HOUR + self.step // STEPS_AN_HOUR
        self._buckets.append(Bucket(start, start + 1))
        for series in (*self._values, *self._squares):
            series.append(0.0)
        for cells in (*self._clicks, *self._conversions):
            for series in cells.values():
                series.append(0.0)

    def _series(self, segment: int, offer: int) -> list[float]:
        """Return the click series of a cell, and create it for the first click."""
        series = self._clicks[segment].get(offer)
        if series is None:
            series = self._clicks[segment][offer] = [0.0] * len(self._buckets)
            self._conversions[segment][offer] = [0.0] * len(self._buckets)
        return series

    def _update_expected(self, clicks: DrawnCounts) -> None:
        if len(self._recent) == STEPS_A_DAY:
            self._recent_sum = self._recent_sum - self._recent[0]
        self._recent.append(clicks)
        self._recent_sum = self._recent_sum + clicks
        self.expected = self._recent_sum / len(self._recent)
