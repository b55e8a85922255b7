"""Which visitors an offer accepts."""

from collections.abc import Callable, Collection, Mapping
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

Stored documents, refusals, simulation, warnings and replay follow from this table.
"""

STORED_DEFAULTS: Mapping[str, Any] = {
    **{name: [] for dimension in DIMENSIONS for name in (dimension.include, dimension.exclude) if name},
    "exclude_bots": False,
}
"""A stored targeting without any rule: the value of each field that an older release did not write."""


class Rule(NamedTuple):
    """A check of one value: it must be in `included` (None: any) and not in `excluded`."""

    value_of: Callable[[Visitor], Any] | None
    included: Collection[Any] | None
    excluded: Collection[Any]
    reason: RejectionReason


@dataclass(frozen=True, slots=True)
class Targeting:
    """Rules for visitors. `None` allows any value; an empty set allows none.

    `rules` and `is_unrestricted` follow from the lists.
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
    rules: tuple[Rule, ...] = field(init=False, repr=False, compare=False)
    is_unrestricted: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Precompute the rules that are set: a click is checked against these only."""
        rules = [rule for dimension in DIMENSIONS if (rule := self._rule(dimension))]
        if self.exclude_bots:
            rules.append(_NO_BOTS)
        object.__setattr__(self, "rules", tuple(rules))
        object.__setattr__(self, "is_unrestricted", not rules)

    def _rule(self, dimension: Dimension) -> Rule | None:
        included, excluded = self.included(dimension), self.excluded(dimension)
        if included is None and not excluded:
            return None
        return Rule(_GETTERS[dimension], included, excluded, dimension.reason)

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
        # Each offer of each click comes here: the loop is written out, without a call per rule.
        for value_of, included, excluded, reason in self.rules:
            value = value_of(visitor) if value_of else source
            if value in excluded or (included is not None and value not in included):
                return reason
        return None

    def intersect(self, other: "Targeting") -> "Targeting":
        """Return the targeting that accepts exactly the visitors whom both accept."""
        lists: dict[str, Any] = {}
        for each in DIMENSIONS:
            lists[each.include] = _common(self.included(each), other.included(each))
            if each.exclude:
                lists[each.exclude] = self.excluded(each) | other.excluded(each)
        return Targeting(**lists, exclude_bots=self.exclude_bots or other.exclude_bots)


def from_document(document: Mapping[str, Any]) -> Targeting:
    """Return the targeting of a stored document, in which an empty list means any. Missing fields have no rule."""
    stored = {**STORED_DEFAULTS, **document}
    lists: dict[str, Any] = {each.include: frozenset(stored[each.include]) or None for each in DIMENSIONS}
    lists |= {each.exclude: frozenset(stored[each.exclude]) for each in DIMENSIONS if each.exclude}
    return Targeting(**lists, exclude_bots=stored["exclude_bots"])


def _common(values: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    if values is None or others is None:
        return others if values is None else values
    return values & others


_GETTERS = {each: attrgetter(each.attribute) if each.attribute else None for each in DIMENSIONS}
_NO_BOTS = Rule(attrgetter("is_bot"), None, frozenset({True}), RejectionReason.BOT)
