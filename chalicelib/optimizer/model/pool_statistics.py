"""Statistics of a pool, the model's input: counts by segment, offer and time bucket."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.counters import delay_bins

REST = "rest"
"""Name of the devices of a country, and of the countries, that have too few clicks for a segment of their own."""


def is_residual_segment(name: str) -> bool:
    """Return whether a segment, or a fallback segment, holds what is too small to be separate. No visitor is in it."""
    return REST in name.split("|")


Series = Sequence[float]
"""One number per bucket of `PoolStatistics.buckets`."""

DELAY_EDGES = delay_bins.DELAY_EDGES
"""Edges, in hours, of the bins that count the delay from click to conversion."""

DELAY_BINS = len(DELAY_EDGES) - 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """A time range, in hours since 1970. Only the last one may end after now."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class OfferStats:
    """One offer, over all segments of the pool.

    `value` is its configured value per conversion by the pool's goal, None if it has several goals or percentages, and
    `payout` its configured payout. `values`, `squares` and `payouts` are the sums of the conversions' values, of their
    squares and of their payouts, by bucket of the click. `delays` is the number of conversions by delay bin.
    `total_clicks` is its number of clicks in the pool so far. Offers of one `tier` compete with each other. An offer
    that is not `is_live` gets no weight.
    """

    id: str
    value: float | None
    values: Series
    squares: Series
    delays: Sequence[float]
    total_clicks: float
    payout: float = 0.0
    payouts: Series = ()
    tier: int = 0
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class SegmentStats:
    """One segment: clicks and conversions by index in `PoolStatistics.offers`, then by bucket of the click.

    An offer without clicks here is left out. `forecast_clicks` are the clicks expected until the next run. Only the
    offers at the indexes `eligible_offers` may take them (None: all).
    """

    name: str
    forecast_clicks: float
    clicks: Mapping[int, Series]
    conversions: Mapping[int, Series]
    eligible_offers: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """One pool at the time `now` (hours since 1970), without bots and duplicates.

    Segments do not overlap: each click is in exactly one. `untouched_clicks` is the number of first clicks that every
    offer gets before its results count. `payout_floor` is the minimum expected payout per click, if there is one.
    `hours_until_next` is the time to the next run.
    """

    pool: str
    now: float
    buckets: Sequence[Bucket]
    offers: Sequence[OfferStats]
    segments: Sequence[SegmentStats]
    untouched_clicks: float = 50
    payout_floor: float | None = None
    hours_until_next: float = 1 / 12
