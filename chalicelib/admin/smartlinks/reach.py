"""Whether an offer can receive a click at all, and why not."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.admin.targeting_values.territories import TERRITORIES
from chalicelib.domain import os_versions
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.regions import region_levels
from chalicelib.domain.smartlink import Offer
from chalicelib.domain.targeting import DIMENSIONS, Dimension, Targeting
from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Connection, OperatingSystem


def closed_reason(offer: Offer, now: datetime) -> str | None:
    """Return why the offer takes no click at present, whoever the visitor is; None if it may take some."""
    if not offer.enabled:
        return "it is disabled"
    if offer.weight == 0:
        return "its weight is 0"
    if not offer.campaign.active:
        return "its campaign is not active"
    ends_at = offer.campaign.schedule.ends_at
    return "its campaign has ended" if ends_at and ends_at <= now else None


def nobody_reason(targeting: Targeting) -> str | None:
    """Return why the targeting accepts no visitor; None if it may accept some."""
    return next(_contradictions(targeting), None)


def is_unlimited(campaign: Campaign) -> bool:
    """Return whether the campaign takes every click at any time."""
    return campaign.schedule.is_unrestricted and not campaign.caps and campaign.duplicate_filter is None


def offer_above(offer: Offer, offers: Sequence[Offer], now: datetime) -> Offer | None:
    """Return an offer of higher priority that takes every click that this offer could take."""
    above = (each for each in offers if each.priority > offer.priority)
    open_ones = (each for each in above if not closed_reason(each, now) and is_unlimited(each.campaign))
    return next((each for each in open_ones if _covers(each.targeting, offer.targeting)), None)


def _contradictions(targeting: Targeting) -> Iterator[str]:
    """Yield each pair of rules that no visitor passes both of."""
    if disjoint := [each.include for each in DIMENSIONS if targeting.included(each) == frozenset()]:
        yield f"its own targeting and the campaign's have no {', '.join(disjoint)} in common"
    if any(_excludes_all_it_includes(targeting, each) for each in DIMENSIONS):
        yield "everything it includes is excluded too"
    if targeting.regions and targeting.regions <= TERRITORIES.keys():
        countries = sorted({TERRITORIES[region] for region in targeting.regions})
        yield f"visitors in its regions have a country of their own ({', '.join(countries)}); list that country instead"
    yield from _wrong_countries(targeting)
    if not _systems(targeting):
        yield "no visitor has one of its operating systems on one of its devices"
    elif not any(os_versions.is_satisfiable(targeting.os_versions, system) for system in _systems(targeting)):
        yield "no version of its operating systems passes all its rules"
    if targeting.exclude_hosting and targeting.connections == frozenset({Connection.HOSTING}):
        yield "it includes only hosting and excludes it"


def _excludes_all_it_includes(targeting: Targeting, dimension: Dimension) -> bool:
    included = targeting.included(dimension)
    return included is not None and included <= targeting.excluded(dimension)


def _wrong_countries(targeting: Targeting) -> Iterator[str]:
    """Yield a complaint if all regions, or all cities, are in countries that are not accepted."""
    places = (("regions", targeting.regions, "-"), ("cities", targeting.cities, "/"))
    for name, included, separator in places:
        countries = {place.partition(separator)[0].upper() for place in (included or set()) - TERRITORIES.keys()}
        if countries and not any(_accepts_country(targeting, country) for country in countries):
            yield f"its {name} are in none of its countries"


def _accepts_country(targeting: Targeting, country: str) -> bool:
    return country not in targeting.exclude_countries and (
        targeting.countries is None or country in targeting.countries
    )


def _systems(targeting: Targeting) -> list[OperatingSystem]:
    """Return the operating systems that a visitor whom the targeting accepts can have."""
    return [
        system
        for system, devices in DEVICES_OF_SYSTEM.items()
        if (targeting.os is None or system in targeting.os)
        and (targeting.devices is None or not devices.isdisjoint(targeting.devices))
    ]


def _covers(upper: Targeting, lower: Targeting) -> bool:
    """Return whether every visitor whom `lower` accepts is accepted by `upper`, as far as the rules show it."""
    return (
        all(_covers_lists(upper, lower, each) for each in DIMENSIONS)
        and upper.networks <= lower.networks
        and upper.exclude_networks <= lower.exclude_networks
        and upper.os_versions <= lower.os_versions
        and upper.sub_ids <= lower.sub_ids
        and upper.exclude_bots <= lower.exclude_bots
        and upper.exclude_hosting <= lower.exclude_hosting
    )


def _covers_lists(upper: Targeting, lower: Targeting, dimension: Dimension) -> bool:
    """Return whether `upper` allows every value of `lower`. Only regions contain others, so all values have levels."""
    allowed, wanted = upper.included(dimension), lower.included(dimension)
    if allowed is not None and (wanted is None or any(allowed.isdisjoint(region_levels(each)) for each in wanted)):
        return False
    excluded = upper.excluded(dimension)
    return excluded <= lower.excluded(dimension) or (wanted is not None and excluded.isdisjoint(wanted))
