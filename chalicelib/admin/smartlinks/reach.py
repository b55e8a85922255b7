"""Reach of an offer: whether it can receive a click, and which offer above takes its clicks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from chalicelib.admin.smartlinks.contradictions import countries_of_places
from chalicelib.domain.campaign import Campaign, Schedule
from chalicelib.domain.regions import region_levels
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.targeting import DIMENSIONS, Dimension, Targeting

_LONGEST_GAP = timedelta(days=8)
"""Every schedule of hours and weekdays is active within a week."""
_LAST_YEAR = datetime(9999, 1, 1, tzinfo=UTC)
"""From here on a time may have no local time: nothing is said of the schedule."""
_STEP = timedelta(minutes=15)
"""The offsets of all time zones are whole quarters of an hour."""


class ClosedReason(StrEnum):
    """Why an offer can take no click, as a warning says it."""

    DISABLED = "it is disabled"
    WEIGHT_ZERO = "its weight is 0"
    NOT_ACTIVE = "its campaign is not active"
    ENDED = "its campaign has ended"
    NO_HOUR_LEFT = "the schedule of its campaign has no hour left"


def closed_reason(offer: Offer, now: datetime) -> ClosedReason | None:
    """Return why the offer can take no click from now on, by any visitor; None if it may take some."""
    if not offer.enabled:
        return ClosedReason.DISABLED
    if offer.weight == 0:
        return ClosedReason.WEIGHT_ZERO
    if not offer.campaign.active:
        return ClosedReason.NOT_ACTIVE
    schedule = offer.campaign.schedule
    if schedule.ends_at and schedule.ends_at <= now:
        return ClosedReason.ENDED
    return None if _is_active_again(schedule, now) else ClosedReason.NO_HOUR_LEFT


def _is_active_again(schedule: Schedule, now: datetime) -> bool:
    first = max(now, schedule.starts_at or now)
    if schedule.ends_at is None or schedule.ends_at - first > _LONGEST_GAP or first >= _LAST_YEAR:
        return True
    steps = int((schedule.ends_at - first) / _STEP)
    # Hours begin at whole quarters: the first moment, then each quarter after it.
    quarter = first.replace(minute=first.minute // 15 * 15, second=0, microsecond=0)
    return any(schedule.is_active_at(moment) for moment in (first, *(quarter + n * _STEP for n in range(1, steps + 2))))


def is_unlimited(campaign: Campaign) -> bool:
    """Return whether the campaign takes every click at any time."""
    return campaign.schedule.is_unrestricted and not campaign.caps and campaign.duplicate_filter is None


class Taker(NamedTuple):
    """An offer that takes every click that its targeting accepts, with the dimensions in which it has rules."""

    offer: Offer
    dimensions: Sequence[Dimension]


def takers(offers: Sequence[Offer], now: datetime) -> list[Taker]:
    """Return the offers that take every click that their targeting accepts, at any time from now on."""
    unlimited = [each for each in offers if not closed_reason(each, now) and is_unlimited(each.campaign)]
    return [Taker(each, _dimensions(each.targeting)) for each in unlimited]


def _dimensions(targeting: Targeting) -> list[Dimension]:
    return [each for each in DIMENSIONS if targeting.included(each) is not None or targeting.excluded(each)]


def offer_above(offer: Offer, takers: Sequence[Taker]) -> Offer | None:
    """Return the taker of higher priority that takes every click of a person that this offer could take, if any."""
    lower = replace(offer.targeting, countries=_countries(offer.targeting))
    above = (each for each in takers if each.offer.priority > offer.priority)
    return next((each.offer for each in above if _covers(each, lower)), None)


def leaves_bots(above: Offer, offer: Offer) -> bool:
    """Return whether the offer takes bots that the offer above it does not take."""
    return above.targeting.exclude_bots and not offer.targeting.exclude_bots


def _covers(taker: Taker, lower: Targeting) -> bool:
    """Return whether the taker accepts every person whom `lower` accepts, as far as the rules show it.

    `lower` has the countries of its regions and cities.
    """
    upper = taker.offer.targeting
    return (
        all(_covers_lists(upper, lower, each) for each in taker.dimensions)
        and all(any(narrow <= wide for narrow in lower.networks) for wide in upper.networks)
        and upper.exclude_networks <= lower.exclude_networks
        and upper.os_versions <= lower.os_versions
        and upper.sub_ids <= lower.sub_ids
        and upper.exclude_hosting <= lower.exclude_hosting
    )


def _countries(targeting: Targeting) -> frozenset[str] | None:
    """Return the countries of the targeting, or those of its regions and cities."""
    return countries_of_places(targeting) if targeting.countries is None else targeting.countries


def _covers_lists(upper: Targeting, lower: Targeting, dimension: Dimension) -> bool:
    allowed, wanted = upper.included(dimension), lower.included(dimension)
    if allowed is not None and (wanted is None or not _is_within(wanted, allowed, dimension)):
        return False
    excluded = upper.excluded(dimension)
    return excluded <= lower.excluded(dimension) or (wanted is not None and excluded.isdisjoint(wanted))


def _is_within(values: frozenset[str], allowed: frozenset[str], dimension: Dimension) -> bool:
    """Return whether each value is allowed; a region also is if one that contains it is."""
    if dimension.include == "regions":
        return not any(allowed.isdisjoint(region_levels(each)) for each in values)
    return values <= allowed
