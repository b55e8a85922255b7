"""Reach of an offer: whether it can receive a click, and which offer above takes its clicks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.admin.smartlinks.contradictions import countries_of_places
from chalicelib.domain.campaign import Campaign, Schedule
from chalicelib.domain.regions import region_levels
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.targeting import DIMENSIONS, Dimension, Targeting

_LONGEST_GAP = timedelta(days=8)
"""Every schedule of hours and weekdays is active within a week."""
_STEP = timedelta(minutes=15)
"""The offsets of all time zones are whole quarters of an hour."""


def closed_reason(offer: Offer, now: datetime) -> str | None:
    """Return why the offer can take no click from now on, by any visitor; None if it may take some."""
    if not offer.enabled:
        return "it is disabled"
    if offer.weight == 0:
        return "its weight is 0"
    if not offer.campaign.active:
        return "its campaign is not active"
    schedule = offer.campaign.schedule
    if schedule.ends_at and schedule.ends_at <= now:
        return "its campaign has ended"
    return None if _is_active_again(schedule, now) else "the schedule of its campaign has no hour left"


def _is_active_again(schedule: Schedule, now: datetime) -> bool:
    first = max(now, schedule.starts_at or now)
    if schedule.ends_at is None or schedule.ends_at - first > _LONGEST_GAP:
        return True
    steps = int((schedule.ends_at - first) / _STEP)
    # Hours begin at whole quarters: the first moment, then each quarter after it.
    quarter = first.replace(minute=first.minute // 15 * 15, second=0, microsecond=0)
    return any(schedule.is_active_at(moment) for moment in (first, *(quarter + n * _STEP for n in range(1, steps + 2))))


def is_unlimited(campaign: Campaign) -> bool:
    """Return whether the campaign takes every click at any time."""
    return campaign.schedule.is_unrestricted and not campaign.caps and campaign.duplicate_filter is None


def offer_above(offer: Offer, offers: Sequence[Offer], now: datetime) -> Offer | None:
    """Return an offer of higher priority that takes every click of a person that this offer could take."""
    above = (each for each in offers if each.priority > offer.priority)
    open_ones = (each for each in above if not closed_reason(each, now) and is_unlimited(each.campaign))
    return next((each for each in open_ones if _covers(each.targeting, offer.targeting)), None)


def leaves_bots(above: Offer, offer: Offer) -> bool:
    """Return whether the offer takes bots that the offer above it does not take."""
    return above.targeting.exclude_bots and not offer.targeting.exclude_bots


def _covers(upper: Targeting, lower: Targeting) -> bool:
    """Return whether every person whom `lower` accepts is accepted by `upper`, as far as the rules show it."""
    lower = replace(lower, countries=_countries(lower))
    return (
        all(_covers_lists(upper, lower, each) for each in DIMENSIONS)
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
    if allowed is not None and (wanted is None or any(allowed.isdisjoint(_levels(each, dimension)) for each in wanted)):
        return False
    excluded = upper.excluded(dimension)
    return excluded <= lower.excluded(dimension) or (wanted is not None and excluded.isdisjoint(wanted))


def _levels(value: str, dimension: Dimension) -> tuple[str, ...]:
    """Return the value and, of a region, those that contain it."""
    return region_levels(value) if dimension.include == "regions" else (value,)
