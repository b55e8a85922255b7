"""Rules of a targeting that no visitor passes together."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from chalicelib.admin.targeting_values.browsers import browser_error
from chalicelib.admin.targeting_values.countries import country_error
from chalicelib.admin.targeting_values.languages import language_error
from chalicelib.admin.targeting_values.regions import region_error
from chalicelib.admin.targeting_values.territories import TERRITORIES
from chalicelib.admin.targeting_values.wording import shown
from chalicelib.domain import os_versions, wildcards
from chalicelib.domain.browsers import fold_browser
from chalicelib.domain.languages import fold_language
from chalicelib.domain.targeting import DIMENSIONS, Dimension, SubIdRule, Targeting
from chalicelib.domain.visitor import DEVICES_OF_SYSTEM, Connection, OperatingSystem

_IOS, _ANDROID, _CHROMEOS = OperatingSystem.IOS, OperatingSystem.ANDROID, OperatingSystem.CHROMEOS
_NEVER_ON = {
    "safari": frozenset({_ANDROID, _CHROMEOS}),
    "samsung": frozenset({_IOS, OperatingSystem.MACOS, _CHROMEOS}),
    "ie": frozenset({_IOS, _ANDROID, _CHROMEOS}),
}
"""Operating systems that a browser does not exist for."""


Fold = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class KnownNetworks:
    """Coverage of the address databases: kinds of connection, and the AS numbers of hosting (`as16509`)."""

    connections: frozenset[Connection] = frozenset(Connection)
    hosting: frozenset[str] = frozenset()


def nobody_reason(targeting: Targeting, known: KnownNetworks) -> str | None:
    """Return why the targeting accepts no visitor; None if it may accept some."""
    return next((reason for find in _FINDERS for reason in find(targeting, known)), None)


def countries_of_places(targeting: Targeting) -> frozenset[str] | None:
    """Return the countries that a visitor of the regions and cities can have; None if there are neither."""
    lists = [countries for countries in _countries_of_lists(targeting).values() if countries is not None]
    return frozenset.intersection(*lists) if lists else None


def unknown_values(targeting: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the values of a document of targeting that no visitor has, by list, each with its complaint.

    An earlier release may have saved them. Lists without unknown values are left out.
    """
    found = {name: {value: _complaint(name, value) for value in targeting[name]} for name in _CHECKS}
    unknown = {name: {value: each for value, each in values.items() if each} for name, values in found.items()}
    return {name: values for name, values in unknown.items() if values}


@lru_cache(maxsize=4_000)
def _complaint(name: str, value: str) -> str:
    """Return the complaint about a value of a list, empty if visitors have it; offers repeat the same values."""
    fold, error = _CHECKS[name]
    message = error(fold(value))
    return f"{shown(fold(value))} {message}" if message else ""


_CHECKS: dict[str, tuple[Fold, Callable[[str], str | None]]] = {
    "countries": (str, country_error),
    "exclude_countries": (str, country_error),
    "regions": (str, region_error),
    "browsers": (fold_browser, browser_error),
    "languages": (fold_language, language_error),
}
"""The form in which values of a list are compared, and their check."""


def _lists(targeting: Targeting, _: KnownNetworks) -> Iterator[str]:
    if disjoint := [each.include for each in DIMENSIONS if targeting.included(each) == frozenset()]:
        yield f"its own targeting and the campaign's have no {', '.join(disjoint)} in common"
    if any(_excludes_all_it_includes(targeting, each) for each in DIMENSIONS):
        yield "everything it includes is excluded too"


def _excludes_all_it_includes(targeting: Targeting, dimension: Dimension) -> bool:
    included = targeting.included(dimension)
    return included is not None and included <= targeting.excluded(dimension)


def _places(targeting: Targeting, _: KnownNetworks) -> Iterator[str]:
    if targeting.regions and targeting.regions <= TERRITORIES.keys():
        own = ", ".join(sorted({TERRITORIES[region] for region in targeting.regions}))
        yield f"visitors in its regions have a country of their own ({own}); list that country instead"
    for name, countries in _countries_of_lists(targeting).items():
        if countries is not None and not _accepts_any(targeting, countries):
            yield f"its {name} are in none of its countries"
    possible = countries_of_places(targeting)
    if possible is not None and not _accepts_any(targeting, possible):
        yield "its regions and cities have none of its countries in common"


def _countries_of_lists(targeting: Targeting) -> dict[str, frozenset[str] | None]:
    regions = None if targeting.regions is None else targeting.regions - TERRITORIES.keys()
    return {"regions": _countries(regions, "-"), "cities": _countries(targeting.cities, "/")}


def _countries(places: AbstractSet[str] | None, separator: str) -> frozenset[str] | None:
    return None if places is None else frozenset(place.partition(separator)[0].upper() for place in places)


def _accepts_any(targeting: Targeting, countries: frozenset[str]) -> bool:
    accepted = countries - targeting.exclude_countries
    return bool(accepted if targeting.countries is None else accepted & targeting.countries)


def _systems(targeting: Targeting, _: KnownNetworks) -> Iterator[str]:
    systems = _possible_systems(targeting)
    if not systems:
        yield "no visitor has one of its operating systems on one of its devices"
    elif not any(os_versions.is_satisfiable(targeting.os_versions, system) for system in systems):
        yield "no version of its operating systems passes all its rules"
    elif targeting.browsers and all(_NEVER_ON.get(each, frozenset()) >= systems for each in targeting.browsers):
        yield "its browsers do not exist for its operating systems"


def _possible_systems(targeting: Targeting) -> frozenset[OperatingSystem]:
    """Return the operating systems that a visitor whom the targeting accepts can have."""
    return frozenset(
        system
        for system, devices in DEVICES_OF_SYSTEM.items()
        if (targeting.os is None or system in targeting.os)
        and (targeting.devices is None or not devices.isdisjoint(targeting.devices))
    )


def _networks(targeting: Targeting, known: KnownNetworks) -> Iterator[str]:
    included = targeting.connections
    if targeting.exclude_hosting and included == frozenset({Connection.HOSTING}):
        yield "it includes only hosting and excludes it"
    if included and included.isdisjoint(known.connections):
        yield f"no database tells {', '.join(sorted(included))} connections; ship a Connection-Type database"
    if any(networks <= targeting.exclude_networks for networks in targeting.networks):
        yield "all its networks are excluded too"
    numbers = [networks for networks in targeting.networks if all(map(_is_number, networks))]
    if any(one.isdisjoint(other) for one, other in combinations(numbers, 2)):
        yield "its own targeting and the campaign's have no networks in common"
    if targeting.exclude_hosting and any(networks <= known.hosting for networks in numbers):
        yield "all its networks are hosting, which it excludes"


def _is_number(network: str) -> bool:
    return network.removeprefix("as").isdecimal()


def _sub_ids(targeting: Targeting, _: KnownNetworks) -> Iterator[str]:
    for one, other in combinations(sorted(targeting.sub_ids, key=lambda rule: rule[0]), 2):
        if one[0] == other[0] and not _have_common_text(one, other):
            yield f"its own patterns for {one[0]} and the campaign's have nothing in common"


def _have_common_text(rule: SubIdRule, other: SubIdRule) -> bool:
    return any(wildcards.may_overlap(pattern, another) for pattern in rule[1] for another in other[1])


_FINDERS: tuple[Callable[[Targeting, KnownNetworks], Iterator[str]], ...] = (
    _lists,
    _places,
    _systems,
    _networks,
    _sub_ids,
)
