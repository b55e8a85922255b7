"""Which visitors an offer accepts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from chalicelib.domain import os_versions, wildcards
from chalicelib.domain.click import RejectionReason, TrackingParameters
from chalicelib.domain.os_versions import VersionRule
from chalicelib.domain.regions import region_levels
from chalicelib.domain.visitor import Connection, Visitor


class Dimension(NamedTuple):
    """One dimension of targeting by lists of values.

    `include` and `exclude` name the fields of `Targeting` that list values, `attribute` names the field or property of
    `Visitor` they are compared with (None: the source of the click), and `reason` is that of a rejection.
    """

    include: str
    exclude: str | None
    attribute: str | None
    reason: RejectionReason

    def values(self, visitor: Visitor, source: str | None) -> tuple[str | None, ...]:
        """Return the values that the lists are compared with: one, or the levels of a region."""
        value = getattr(visitor, self.attribute) if self.attribute else source
        return value if isinstance(value, tuple) else (value,)


DIMENSIONS = (
    Dimension("countries", "exclude_countries", "country", RejectionReason.COUNTRY),
    Dimension("regions", None, "region_levels", RejectionReason.REGION),
    Dimension("cities", None, "place", RejectionReason.CITY),
    Dimension("connections", None, "connection", RejectionReason.CONNECTION),
    Dimension("devices", None, "device", RejectionReason.DEVICE),
    Dimension("os", None, "os", RejectionReason.OS),
    Dimension("browsers", None, "browser", RejectionReason.BROWSER),
    Dimension("languages", None, "language", RejectionReason.LANGUAGE),
    Dimension("sources", "exclude_sources", None, RejectionReason.SOURCE),
)
"""Every dimension with lists, in the order of the checks.

Stored documents, simulation, warnings and replay follow from this table; a test holds `Targeting.rejection` to it.
"""

SubIdRule = tuple[str, frozenset[str]]
"""The name of a sub-ID, and the patterns of which its value must match one; `*` in a pattern is any text."""


@dataclass(frozen=True, slots=True)
class Targeting:
    """Rules for visitors. `None` allows any value; an empty set allows none.

    A visitor must have a network of each set of `networks`, by AS number or provider, and pass all rules of
    `os_versions` and `sub_ids`. Cities and networks are in lower case, as the visitor's `place` and `networks`.
    `is_unrestricted` and `has_rare_rules` follow from the rules.
    """

    countries: frozenset[str] | None = None
    exclude_countries: frozenset[str] = frozenset()
    regions: frozenset[str] | None = None
    cities: frozenset[str] | None = None
    connections: frozenset[str] | None = None
    devices: frozenset[str] | None = None
    os: frozenset[str] | None = None
    browsers: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    exclude_sources: frozenset[str] = frozenset()
    networks: frozenset[frozenset[str]] = frozenset()
    exclude_networks: frozenset[str] = frozenset()
    os_versions: frozenset[VersionRule] = frozenset()
    sub_ids: frozenset[SubIdRule] = frozenset()
    exclude_bots: bool = False
    exclude_hosting: bool = False
    is_unrestricted: bool = field(init=False, repr=False, compare=False)
    has_rare_rules: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Precompute whether there is any rule, and any that few offers have: a click skips the other checks."""
        object.__setattr__(self, "is_unrestricted", _rules(self) == _NO_RULES)
        object.__setattr__(self, "has_rare_rules", _rare_rules(self) != _NO_RARE_RULES)

    def included(self, dimension: Dimension) -> frozenset[str] | None:
        """Return the values that the dimension must have, or None if it may have any."""
        values: frozenset[str] | None = getattr(self, dimension.include)
        return values

    def excluded(self, dimension: Dimension) -> frozenset[str]:
        """Return the values that the dimension must not have."""
        values: frozenset[str] = getattr(self, dimension.exclude) if dimension.exclude else frozenset()
        return values

    def rejection(self, visitor: Visitor, parameters: TrackingParameters) -> RejectionReason | None:
        """Return the first reason why this visitor is not accepted, or None. An unknown value matches no list."""
        # Each offer of each click comes here: a loop over the checks would take half as long again.
        if self.has_rare_rules:
            return next(self.rejections(visitor, parameters), None)
        if visitor.country in self.exclude_countries:
            return _COUNTRY
        if self.countries is not None and visitor.country not in self.countries:
            return _COUNTRY
        if self.regions is not None and self.regions.isdisjoint(visitor.region_levels):
            return _REGION
        if self.devices is not None and visitor.device not in self.devices:
            return _DEVICE
        if self.os is not None and visitor.os not in self.os:
            return _OS
        if self.browsers is not None and visitor.browser not in self.browsers:
            return _BROWSER
        if self.languages is not None and visitor.language not in self.languages:
            return _LANGUAGE
        source = parameters.source
        if source in self.exclude_sources or (self.sources is not None and source not in self.sources):
            return _SOURCE
        return _BOT if self.exclude_bots and visitor.is_bot else None

    def rejections(self, visitor: Visitor, parameters: TrackingParameters) -> Iterator[RejectionReason]:
        """Yield every reason why this visitor is not accepted, in the order of the checks."""
        return (reason for reason, accepts in _CHECKS if not accepts(self, visitor, parameters))

    def accepts(self, reason: RejectionReason, visitor: Visitor, parameters: TrackingParameters) -> bool:
        """Return whether the rule that belongs to this reason accepts the visitor."""
        return _ACCEPTS[reason](self, visitor, parameters)

    def intersect(self, other: "Targeting") -> "Targeting":
        """Return the targeting that accepts exactly the visitors whom both accept."""
        if self.is_unrestricted or other.is_unrestricted:
            return other if self.is_unrestricted else self
        lists: dict[str, Any] = {}
        for each in DIMENSIONS:
            common = _common_regions if each.include == "regions" else frozenset.intersection
            lists[each.include] = _both(common, self.included(each), other.included(each))
            if each.exclude:
                lists[each.exclude] = self.excluded(each) | other.excluded(each)
        return Targeting(
            **lists,
            networks=self.networks | other.networks,
            exclude_networks=self.exclude_networks | other.exclude_networks,
            os_versions=self.os_versions | other.os_versions,
            sub_ids=self.sub_ids | other.sub_ids,
            exclude_bots=self.exclude_bots or other.exclude_bots,
            exclude_hosting=self.exclude_hosting or other.exclude_hosting,
        )


Values = frozenset[str]


def _both(common: Callable[[Values, Values], Values], values: Values | None, others: Values | None) -> Values | None:
    if values is None or others is None:
        return others if values is None else values
    return common(values, others)


def _common_regions(regions: Values, others: Values) -> Values:
    """Return the regions that are in a region of each set: of two levels the narrower one."""
    return frozenset(
        region
        for listed, wanted in ((regions, others), (others, regions))
        for region in listed
        if not wanted.isdisjoint(region_levels(region))
    )


Accepts = Callable[[Targeting, Visitor, TrackingParameters], bool]


def _list_check(dimension: Dimension) -> tuple[RejectionReason, Accepts]:
    def accepts(targeting: Targeting, visitor: Visitor, parameters: TrackingParameters) -> bool:
        included, excluded = targeting.included(dimension), targeting.excluded(dimension)
        if included is None and not excluded:
            return True
        values = dimension.values(visitor, parameters.source)
        return excluded.isdisjoint(values) and (included is None or not included.isdisjoint(values))

    return dimension.reason, accepts


def _accepts_network(targeting: Targeting, visitor: Visitor, _: TrackingParameters) -> bool:
    own = visitor.networks
    return targeting.exclude_networks.isdisjoint(own) and not any(each.isdisjoint(own) for each in targeting.networks)


def _accepts_version(targeting: Targeting, visitor: Visitor, _: TrackingParameters) -> bool:
    return not targeting.os_versions or os_versions.accepts(targeting.os_versions, visitor.os, visitor.os_version)


def _accepts_sub_ids(targeting: Targeting, _: Visitor, parameters: TrackingParameters) -> bool:
    return all(_matches_any(patterns, parameters.sub_ids.get(name)) for name, patterns in targeting.sub_ids)


def _matches_any(patterns: frozenset[str], value: str | None) -> bool:
    return value is not None and any(wildcards.matches(pattern, value) for pattern in patterns)


_FURTHER_CHECKS: tuple[tuple[RejectionReason, Accepts], ...] = (
    (RejectionReason.NETWORK, _accepts_network),
    (RejectionReason.OS_VERSION, _accepts_version),
    (RejectionReason.SUB_ID, _accepts_sub_ids),
    (RejectionReason.BOT, lambda targeting, visitor, _: not (targeting.exclude_bots and visitor.is_bot)),
    (
        RejectionReason.HOSTING,
        lambda targeting, visitor, _: not (targeting.exclude_hosting and visitor.connection is Connection.HOSTING),
    ),
)
_ORDER = list(RejectionReason)
_CHECKS = sorted([*map(_list_check, DIMENSIONS), *_FURTHER_CHECKS], key=lambda check: _ORDER.index(check[0]))
"""Every check with the reason of its rejection, in the order of the reasons."""

_ACCEPTS = dict(_CHECKS)
_DEFAULTS = {each.name: each.default for each in fields(Targeting) if each.init}
_RARE = ("cities", "networks", "exclude_networks", "connections", "os_versions", "sub_ids", "exclude_hosting")
_rules, _rare_rules = attrgetter(*_DEFAULTS), attrgetter(*_RARE)
_NO_RULES, _NO_RARE_RULES = tuple(_DEFAULTS.values()), tuple(_DEFAULTS[name] for name in _RARE)
# Looked up once: in Python 3.11 the lookup of a member takes as long as two of the checks.
_REASONS = {each.include: each.reason for each in DIMENSIONS}
_COUNTRY, _REGION, _DEVICE, _OS = (_REASONS[name] for name in ("countries", "regions", "devices", "os"))
_BROWSER, _LANGUAGE, _SOURCE = (_REASONS[name] for name in ("browsers", "languages", "sources"))
_BOT = RejectionReason.BOT
