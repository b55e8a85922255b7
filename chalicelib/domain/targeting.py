"""Which visitors an offer accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from chalicelib.domain.click import RejectionReason
from chalicelib.domain.visitor import Visitor


class Dimension(NamedTuple):
    """One dimension of targeting.

    `include` and `exclude` name the fields of `Targeting` that list values, `attribute` names the field of `Visitor`
    they are compared with (None: the source of the click), and `reason` is that of a rejection.
    """

    include: str
    exclude: str | None
    attribute: str | None
    reason: RejectionReason


DIMENSIONS = (
    Dimension("countries", "exclude_countries", "country", RejectionReason.COUNTRY),
    Dimension("regions", None, "region", RejectionReason.REGION),
    Dimension("devices", None, "device", RejectionReason.DEVICE),
    Dimension("os", None, "os", RejectionReason.OS),
    Dimension("browsers", None, "browser", RejectionReason.BROWSER),
    Dimension("languages", None, "language", RejectionReason.LANGUAGE),
    Dimension("sources", "exclude_sources", None, RejectionReason.SOURCE),
)
"""Every dimension, in the order of the checks. Bots are checked last, by a flag.

Stored documents, simulation, warnings and replay follow from this table; a test holds `Targeting.rejection` to it.
"""

STORED_DEFAULTS: Mapping[str, Any] = {
    **{name: [] for dimension in DIMENSIONS for name in (dimension.include, dimension.exclude) if name},
    "exclude_bots": False,
}
"""A stored targeting without any rule: the value of each field that an older release did not write."""


@dataclass(frozen=True, slots=True)
class Targeting:
    """Rules for visitors. `None` allows any value; an empty set allows none.

    `is_unrestricted` follows from the lists.
    """

    countries: frozenset[str] | None = None
    exclude_countries: frozenset[str] = frozenset()
    regions: frozenset[str] | None = None
    devices: frozenset[str] | None = None
    os: frozenset[str] | None = None
    browsers: frozenset[str] | None = None
    languages: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    exclude_sources: frozenset[str] = frozenset()
    exclude_bots: bool = False
    is_unrestricted: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Precompute whether there is any rule: a click skips the checks of an offer without one."""
        object.__setattr__(self, "is_unrestricted", _rules(self) == _NO_RULES)

    def included(self, dimension: Dimension) -> frozenset[str] | None:
        """Return the values that the dimension must have, or None if it may have any."""
        values: frozenset[str] | None = getattr(self, dimension.include)
        return values

    def excluded(self, dimension: Dimension) -> frozenset[str]:
        """Return the values that the dimension must not have."""
        values: frozenset[str] = getattr(self, dimension.exclude) if dimension.exclude else frozenset()
        return values

    def rejection(self, visitor: Visitor, source: str | None) -> RejectionReason | None:
        """Return the first reason why this visitor is not accepted, or None. An unknown value matches no list."""
        # Each offer of each click comes here: a loop over the dimensions would take half as long again.
        if visitor.country in self.exclude_countries:
            return _COUNTRY
        if self.countries is not None and visitor.country not in self.countries:
            return _COUNTRY
        if self.regions is not None and visitor.region not in self.regions:
            return _REGION
        if self.devices is not None and visitor.device not in self.devices:
            return _DEVICE
        if self.os is not None and visitor.os not in self.os:
            return _OS
        if self.browsers is not None and visitor.browser not in self.browsers:
            return _BROWSER
        if self.languages is not None and visitor.language not in self.languages:
            return _LANGUAGE
        if source in self.exclude_sources or (self.sources is not None and source not in self.sources):
            return _SOURCE
        return _BOT if self.exclude_bots and visitor.is_bot else None

    def intersect(self, other: "Targeting") -> "Targeting":
        """Return the targeting that accepts exactly the visitors whom both accept."""
        if self.is_unrestricted or other.is_unrestricted:
            return other if self.is_unrestricted else self
        lists: dict[str, Any] = {}
        for each in DIMENSIONS:
            lists[each.include] = _common(self.included(each), other.included(each))
            if each.exclude:
                lists[each.exclude] = self.excluded(each) | other.excluded(each)
        return Targeting(**lists, exclude_bots=self.exclude_bots or other.exclude_bots)


def from_document(document: Mapping[str, Any]) -> Targeting:
    """Return the targeting of a complete stored document (see `stored_settings`); an empty list in it means any."""
    lists: dict[str, Any] = {each.include: frozenset(document[each.include]) or None for each in DIMENSIONS}
    lists |= {each.exclude: frozenset(document[each.exclude]) for each in DIMENSIONS if each.exclude}
    return Targeting(**lists, exclude_bots=document["exclude_bots"])


def _common(values: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    if values is None or others is None:
        return others if values is None else values
    return values & others


_INCLUDES = [each.include for each in DIMENSIONS]
_EXCLUDES = [each.exclude for each in DIMENSIONS if each.exclude]
_rules = attrgetter(*_INCLUDES, *_EXCLUDES, "exclude_bots")
_NO_RULES = (*(None for _ in _INCLUDES), *(frozenset[str]() for _ in _EXCLUDES), False)
# Looked up once: in Python 3.11 the lookup of a member takes as long as two of the checks.
_COUNTRY, _REGION, _DEVICE, _OS, _BROWSER, _LANGUAGE, _SOURCE = (each.reason for each in DIMENSIONS)
_BOT = RejectionReason.BOT
