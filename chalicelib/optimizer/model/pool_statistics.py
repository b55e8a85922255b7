"""What is known of a pool when its weights are learned: counts by segment, offer and time. Numbers, no tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.counters import delay_bins

REST = "rest"
"""Stands for the devices of a country, and for the countries, that have too few clicks to be segments."""


def is_residual_segment(name: str) -> bool:
    """Whether a segment, or the wider one that it backs off to, is of what was too little: no visitor is in it."""
    return REST in name.split("|")


Series = Sequence[float]
"""Numbers by bucket, beside `Stats.buckets`."""

DELAY_EDGES = delay_bins.DELAY_EDGES
"""The edges, in hours, of the bins in which the delay from click to conversion is counted."""

DELAY_BINS = len(DELAY_EDGES) - 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stretch of time, in hours since 1970. Only the last one may reach beyond now."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class OfferStats:
    """One offer, in all segments of the pool together.

    `value` is its configured value per conversion by the pool's goal, `payout` its configured payout. `values` and
    `squares` are the sums of the conversions' values and of their squares, `payouts` the sum of their payouts, by
    the bucket of the click. `delays` counts conversions by delay. `seen` is how many clicks it ever had here.
    Offers of one `tier` compete with each other; one that is not `live` gets no weight.
    """

    id: str
    value: float
    values: Series
    squares: Series
    delays: Sequence[float]
    seen: float
    payout: float = 0.0
    payouts: Series = ()
    tier: int = 0
    live: bool = True


@dataclass(frozen=True, slots=True)
class SegmentStats:
    """One segment: its clicks and conversions by the offer's place in `Stats.offers`, then by the bucket of the click.

    An offer without a click here is left out. `expected` is how many clicks come until the next run; only the
    offers at the places `open` may take them (None: every one).
    """

    name: str
    forecast_clicks: float
    clicks: Mapping[int, Series]
    conversions: Mapping[int, Series]
    eligible_offers: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """One pool at the moment `now` (hours since 1970). Bots and duplicates are not in it.

    Segments do not overlap: each click is in one of them. `untouched` is how many clicks an offer gets before it
    is judged, `floor` the least expected payout per click that the weights must keep, if any; `until_next` is the time
    to the next run, in hours.
    """

    pool: str
    now: float
    buckets: Sequence[Bucket]
    offers: Sequence[OfferStats]
    segments: Sequence[SegmentStats]
    untouched: float = 50
    floor: float | None = None
    until_next: float = 1 / 12
