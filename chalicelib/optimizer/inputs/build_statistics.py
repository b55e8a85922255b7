"""What is counted of a pool, and its offers as they stand → what its weights are learned from."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import add

from chalicelib.domain.campaign import Campaign
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.domain.targeting import Targeting
from chalicelib.domain.visitor import Device, Visitor
from chalicelib.optimizer.inputs.bucket_counts import BucketCounts, BucketMoney, HourRange, Where
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
"""Segments that learn for themselves, those with most clicks; what is left is rarely one click in twenty."""

_DAY_HOURS = 24.0
_LEAST_HOURS = 1 / 12

SegmentKey = tuple[str, str]
"""Country and device, as cells have them."""

_Totals = Mapping[Where, float]


@dataclass(frozen=True, slots=True)
class RunClock:
    """When the weights are learned, and how many minutes it is to the next time."""

    now: datetime
    minutes: int

    @property
    def hours(self) -> float:
        """Hours since 1970."""
        return self.now.timestamp() / 3600


def build_statistics(
    lesson: PoolConfig, counted: BucketCounts, used_up: Collection[str], moment: RunClock
) -> PoolStatistics:
    """What the weights of the lesson's pool are learned from. `used_up` are the campaigns with a cap that is.

    Money is in the currency's main unit. Clicks of what is in the pool no more count for the traffic to expect and
    for nothing else. Before the first click everyone is one segment.
    """
    totals = {where: sum(row) for where, row in counted.clicks.items()}
    homes, seen = _segment_groups(totals), _seen(totals)
    rows, conversions = _by_segment(counted.clicks, homes), _by_segment(counted.conversions, homes)
    pool = _pool(lesson, counted.periods, moment)
    return PoolStatistics(
        pool=lesson.pool,
        now=moment.hours,
        buckets=[Bucket(float(hour), float(hour + span)) for hour, span in counted.periods],
        offers=[
            replace(
                _offer(each, lesson.goal, counted.money.get(each.campaign.id) or _none(len(counted.periods))),
                seen=seen.get(each.campaign.id, 0.0),
                live=is_drawable(each, moment.now) and each.campaign.id not in used_up,
            )
            for each in lesson.offers
        ],
        segments=[_segment(pool, segment, rows[segment], conversions.get(segment, {})) for segment in sorted(rows)]
        or [SegmentStats(EVERYONE, 0.0, {}, {})],
        untouched=lesson.untouched,
        floor=lesson.floor,
        until_next=moment.minutes / 60,
    )


@dataclass(frozen=True, slots=True)
class _Pool:
    """What all segments have in common: offers' places by campaign, whom each wants, the buckets, and the moment."""

    places: Mapping[str, int]
    wanted: Sequence[Targeting]
    periods: Sequence[HourRange]
    moment: RunClock


def _pool(lesson: PoolConfig, periods: Sequence[HourRange], moment: RunClock) -> _Pool:
    places = {offer.campaign.id: place for place, offer in enumerate(lesson.offers)}
    return _Pool(places, [_wanted(offer.targeting) for offer in lesson.offers], periods, moment)


def _wanted(targeting: Targeting) -> Targeting:
    """What it says of countries and devices; nothing else is known of a segment's visitors."""
    return Targeting(targeting.countries, targeting.exclude_countries, devices=targeting.devices)


def _segment_groups(clicks: _Totals) -> dict[SegmentKey, SegmentKey]:
    """Where each segment's figures belong: to itself, to the rest of its country, or to the rest of all."""
    totals: dict[SegmentKey, float] = {}
    for (country, device, _), number in clicks.items():
        totals[country, device] = totals.get((country, device), 0.0) + number
    ranked = sorted(totals, key=lambda segment: (-totals[segment], segment))
    kept = set(ranked[:MAX_SEGMENTS])
    countries = {country for country, _ in kept}
    return {each: each if each in kept else (each[0] if each[0] in countries else REST, REST) for each in ranked}


def _by_segment(
    rows: Mapping[Where, list[float]], homes: Mapping[SegmentKey, SegmentKey]
) -> dict[SegmentKey, dict[str, Series]]:
    """The rows by segment and campaign; those that come to lie in one place are added up."""
    found: dict[SegmentKey, dict[str, Series]] = {}
    for (country, device, campaign_id), row in rows.items():
        there = found.setdefault(homes[country, device], {})
        known = there.get(campaign_id)
        there[campaign_id] = row if known is None else list(map(add, known, row))
    return found


def _segment(
    pool: _Pool, segment: SegmentKey, rows: Mapping[str, Series], conversions: Mapping[str, Series]
) -> SegmentStats:
    (country, device), places = segment, pool.places
    return SegmentStats(
        name=segments_of(country, device)[0],
        forecast_clicks=_expected(list(rows.values()), pool.periods, pool.moment),
        clicks={places[each]: row for each, row in rows.items() if each in places},
        conversions={places[each]: row for each, row in conversions.items() if each in places},
        eligible_offers=None if device == REST else _open(pool.wanted, country, device),
    )


def _open(wanted: Sequence[Targeting], country: str, device: str) -> frozenset[int]:
    """The places of the offers that want visitors of this country and device, some of them at least."""
    visitor = Visitor(country=country or None, device=Device(device))
    return frozenset(
        place for place, each in enumerate(wanted) if each.is_unrestricted or each.rejection(visitor, None) is None
    )


def _expected(rows: Sequence[Series], periods: Sequence[HourRange], moment: RunClock) -> float:
    """The clicks until the next run: by the last 24 hours, and not fewer than the last hour says.

    Where these had none, by all that is remembered.
    """
    now = moment.hours
    first = periods[0][0]
    since = max(first, int(now - _DAY_HOURS) + 1)
    recent = bisect_left(periods, (since, 0))
    columns = map(sum, zip(*(row[recent:] for row in rows), strict=True))
    by_hour = {start: clicks for (start, _), clicks in zip(periods[recent:], columns, strict=True)}
    by_day = sum(by_hour.values()) / max(now - since, _LEAST_HOURS)
    hourly = max(by_day, _last_hour(by_hour, now)) or sum(map(sum, rows)) / max(now - first, _LEAST_HOURS)
    return hourly * moment.minutes / 60


def _last_hour(by_hour: Mapping[int, float], now: float) -> float:
    """The clicks of the last 60 minutes, those of the hour before this one spread evenly."""
    this = int(now)
    return by_hour.get(this, 0.0) + by_hour.get(this - 1, 0.0) * (1 - (now - this))


def _seen(clicks: _Totals) -> dict[str, float]:
    """All clicks of each campaign."""
    found: dict[str, float] = {}
    for (_, _, campaign_id), number in clicks.items():
        found[campaign_id] = found.get(campaign_id, 0.0) + number
    return found


def _offer(offer: Offer, goal: OptimizationGoal, money: BucketMoney) -> OfferStats:
    """The offer's own figures; how often it was seen, and whether it may be drawn, is for the caller to say."""
    campaign = offer.campaign
    return OfferStats(
        id=campaign.id,
        value=configured(campaign, goal),
        values=[value / MONEY for value in money.values],
        squares=[square / MONEY**2 for square in money.squares],
        delays=money.delays,
        seen=0.0,
        payout=float(campaign.payout),
        payouts=[payout / MONEY for payout in money.payouts],
        tier=offer.priority,
    )


def _none(buckets: int) -> BucketMoney:
    return BucketMoney([0] * buckets, [0] * buckets, [0] * buckets, [0] * DELAY_BINS)


def configured(campaign: Campaign, goal: OptimizationGoal) -> float:
    """What a conversion of the campaign should be worth by the goal."""
    if goal is OptimizationGoal.CONVERSION_RATE:
        return 1.0
    if goal is OptimizationGoal.PROFIT:
        return float(campaign.revenue - campaign.payout)
    return float(campaign.payout if goal is OptimizationGoal.EPC else campaign.revenue)
