"""Builds the model's input from a pool's configuration and its counters."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import add

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import NO_PARAMETERS
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Device, Visitor
from chalicelib.optimizer.inputs.bucket_counts import BucketCounts, BucketMoney, CountKey, HourRange
from chalicelib.optimizer.inputs.pool_config import PoolConfig, is_drawable
from chalicelib.optimizer.model.pool_statistics import (
    DELAY_BINS,
    REST,
    Bucket,
    OfferStats,
    PoolStatistics,
    SegmentStats,
    Series,
)
from chalicelib.routing.segments import EVERYONE, segments_of

MAX_SEGMENTS = 200
"""Maximum number of separate segments, those with the most clicks. The rest rarely has 5 % of the clicks."""

_DAY_HOURS = 24.0
_MIN_HOURS = 1 / 12

SegmentKey = tuple[str, str]
"""Country and device, as in the learning cells."""

_Totals = Mapping[CountKey, float]


@dataclass(frozen=True, slots=True)
class RunClock:
    """The time of a run, and the minutes until the next one."""

    now: datetime
    minutes: int

    @property
    def hours(self) -> float:
        """The time of the run in hours since 1970."""
        return self.now.timestamp() / 3600


def build_statistics(
    config: PoolConfig, counts: BucketCounts, campaigns_at_cap: Collection[str], clock: RunClock
) -> PoolStatistics:
    """Return the statistics of the pool, with money in the main unit of the configuration's currency.

    Clicks of offers that left the pool count only for the forecast of traffic. Before the first click there is one
    segment for everyone.
    """
    totals = {key: sum(row) for key, row in counts.clicks.items()}
    groups, seen = _segment_groups(totals), _clicks_by_campaign(totals)
    clicks, conversions = _rows_by_segment(counts.clicks, groups), _rows_by_segment(counts.conversions, groups)
    context = _context(config, counts.periods, clock)
    return PoolStatistics(
        pool=config.pool,
        now=clock.hours,
        buckets=[Bucket(float(hour), float(hour + span)) for hour, span in counts.periods],
        offers=[
            replace(
                _offer_stats(
                    offer,
                    config.goal,
                    counts.money.get(offer.campaign.id) or _no_money(len(counts.periods)),
                    config.factors.get(offer.campaign.id, 1.0),
                ),
                total_clicks=seen.get(offer.campaign.id, 0.0),
                is_live=is_drawable(offer, clock.now) and offer.campaign.id not in campaigns_at_cap,
            )
            for offer in config.offers
        ],
        segments=[_segment_stats(context, key, clicks[key], conversions.get(key, {})) for key in sorted(clicks)]
        or [SegmentStats(EVERYONE, 0.0, {}, {})],
        untouched_clicks=config.untouched,
        payout_floor=config.floor,
        hours_until_next=clock.minutes / 60,
    )


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What all segments share: the offers' indexes by campaign ID and their targeting, the buckets and the clock."""

    indexes: Mapping[str, int]
    targetings: Sequence[Targeting]
    periods: Sequence[HourRange]
    clock: RunClock


def _context(config: PoolConfig, periods: Sequence[HourRange], clock: RunClock) -> _Inputs:
    indexes = {offer.campaign.id: index for index, offer in enumerate(config.offers)}
    return _Inputs(indexes, [_segment_targeting(offer.targeting) for offer in config.offers], periods, clock)


def _segment_targeting(targeting: Targeting) -> Targeting:
    """Return the rules on countries and devices: a segment defines nothing else of its visitors."""
    return Targeting(targeting.countries, targeting.exclude_countries, devices=targeting.devices)


def _segment_groups(clicks: _Totals) -> dict[SegmentKey, SegmentKey]:
    """Map each segment to itself or to a residual segment: that of its country, or that of all other countries."""
    totals: dict[SegmentKey, float] = {}
    for (country, device, _), number in clicks.items():
        totals[country, device] = totals.get((country, device), 0.0) + number
    ranked = sorted(totals, key=lambda segment: (-totals[segment], segment))
    separate = set(ranked[:MAX_SEGMENTS])
    countries = {country for country, _ in separate}
    return {key: key if key in separate else (key[0] if key[0] in countries else REST, REST) for key in ranked}


def _rows_by_segment(
    rows: Mapping[CountKey, list[float]], groups: Mapping[SegmentKey, SegmentKey]
) -> dict[SegmentKey, dict[str, Series]]:
    """Return the rows by segment and campaign ID. Rows of the same residual segment are summed."""
    by_segment: dict[SegmentKey, dict[str, Series]] = {}
    for (country, device, campaign_id), row in rows.items():
        by_campaign = by_segment.setdefault(groups[country, device], {})
        previous = by_campaign.get(campaign_id)
        by_campaign[campaign_id] = row if previous is None else list(map(add, previous, row))
    return by_segment


def _segment_stats(
    context: _Inputs, key: SegmentKey, clicks: Mapping[str, Series], conversions: Mapping[str, Series]
) -> SegmentStats:
    (country, device), indexes = key, context.indexes
    return SegmentStats(
        name=segments_of(country, device)[0],
        forecast_clicks=_forecast_clicks(list(clicks.values()), context.periods, context.clock),
        clicks={indexes[campaign_id]: row for campaign_id, row in clicks.items() if campaign_id in indexes},
        conversions={indexes[campaign_id]: row for campaign_id, row in conversions.items() if campaign_id in indexes},
        eligible_offers=None if device == REST else _eligible_offers(context.targetings, country, device),
    )


def _eligible_offers(targetings: Sequence[Targeting], country: str, device: str) -> frozenset[int]:
    """Return the indexes of the offers that accept at least some visitors of this country and device."""
    visitor = Visitor(country=country or None, device=Device(device))
    return frozenset(
        index
        for index, targeting in enumerate(targetings)
        if targeting.is_unrestricted or targeting.rejection(visitor, NO_PARAMETERS) is None
    )


def _forecast_clicks(rows: Sequence[Series], periods: Sequence[HourRange], clock: RunClock) -> float:
    """Return the clicks expected until the next run, at the higher rate of the last 24 hours and the last hour.

    If both are 0, use the mean rate of all counted hours.
    """
    now = clock.hours
    first = periods[0][0]
    since = max(first, int(now - _DAY_HOURS) + 1)
    recent = bisect_left(periods, (since, 0))
    columns = map(sum, zip(*(row[recent:] for row in rows), strict=True))
    by_hour = {start: clicks for (start, _), clicks in zip(periods[recent:], columns, strict=True)}
    daily_rate = sum(by_hour.values()) / max(now - since, _MIN_HOURS)
    hourly = max(daily_rate, _last_hour_clicks(by_hour, now)) or sum(map(sum, rows)) / max(now - first, _MIN_HOURS)
    return hourly * clock.minutes / 60


def _last_hour_clicks(by_hour: Mapping[int, float], now: float) -> float:
    """Return the clicks of the last 60 minutes. The clicks of the previous hour are assumed to be evenly spread."""
    current = int(now)
    return by_hour.get(current, 0.0) + by_hour.get(current - 1, 0.0) * (1 - (now - current))


def _clicks_by_campaign(clicks: _Totals) -> dict[str, float]:
    totals: dict[str, float] = {}
    for (_, _, campaign_id), number in clicks.items():
        totals[campaign_id] = totals.get(campaign_id, 0.0) + number
    return totals


def _offer_stats(offer: Offer, goal: OptimizationGoal, money: BucketMoney, factor: float) -> OfferStats:
    """Return the offer's own figures, with counted money multiplied by `factor`.

    The caller sets `total_clicks` and `is_live`.
    """
    campaign = offer.campaign
    return OfferStats(
        id=campaign.id,
        value=configured_value(campaign, goal),
        values=[value / MONEY * factor for value in money.values],
        squares=[square / MONEY**2 * factor**2 for square in money.squares],
        delays=money.delays,
        total_clicks=0.0,
        payout=float(campaign.payout),
        payouts=[payout / MONEY * factor for payout in money.payouts],
        tier=offer.priority,
    )


def _no_money(buckets: int) -> BucketMoney:
    return BucketMoney([0] * buckets, [0] * buckets, [0] * buckets, [0] * DELAY_BINS)


def configured_value(campaign: Campaign, goal: OptimizationGoal) -> float | None:
    """Return the value of a conversion by the goal, according to the campaign's payout and revenue.

    It is None if the campaign does not say it: it has percentages, or named goals of other amounts.
    """
    objective = goal.objective
    if objective.conversions:
        return 1.0
    if campaign.goals or campaign.default_goal.has_percentage:
        return None
    return float(objective.payout * campaign.payout + objective.revenue * campaign.revenue)
