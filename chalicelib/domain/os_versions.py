"""Rules for the version of an operating system: `>=16`, `>=9,<14`.

A rule compares as many numbers as it has. So `=16` and `<=16` accept 16.7, and `>16` begins at 17: iOS 16.7 is iOS 16.
Missing numbers are zeros: 16 is 16.0.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

OPERATORS = (">=", "<=", ">", "<", "=")
MAX_NUMBERS = 4

_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")
_COMPARISON = re.compile(rf"({'|'.join(OPERATORS)})({_VERSION.pattern})")
_LOWEST = (0,) * MAX_NUMBERS
_ABOVE_ALL = (10**9,)


class VersionRule(NamedTuple):
    """A comparison that the version of an operating system must pass."""

    os: str
    operator: str
    version: tuple[int, ...]


Rules = frozenset[VersionRule]


def parse_version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version: 1 to 4, joined by dots. Raise ValueError for any other text."""
    if not _VERSION.fullmatch(text):
        message = f"not a version: {text[:40]!r}"
        raise ValueError(message)
    return tuple(map(int, text.split(".")))


def parse_rules(document: Mapping[str, str]) -> frozenset[VersionRule]:
    """Return the comparisons of rules by operating system. Raise ValueError for a rule that cannot be read."""
    return frozenset(_comparison(os, text) for os, rule in document.items() for text in rule.split(","))


def accepts(rules: Rules, os: str, version: str | None) -> bool:
    """Return whether every rule for the visitor's system holds. With such a rule, an unknown version is refused."""
    bounds = _bounds(rules, os)
    if bounds is None:
        return True
    numbers = _visitor_version(version) if version else None
    return numbers is not None and bounds[0] <= numbers < bounds[1]


def is_satisfiable(rules: Rules, os: str) -> bool:
    """Return whether a version of this system can pass every rule for it."""
    bounds = _bounds(rules, os)
    return bounds is None or bounds[0] < bounds[1]


def _comparison(os: str, text: str) -> VersionRule:
    match = _COMPARISON.fullmatch(text)
    if match is None:
        message = f"not a comparison: {text[:40]!r}"
        raise ValueError(message)
    return VersionRule(os, match[1], parse_version(match[2]))


@lru_cache(maxsize=4096)
def _bounds(rules: Rules, os: str) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the first version that passes every rule of a system and the first one above these; None without rule."""
    own = [_range(rule) for rule in rules if rule.os == os]
    return (max(low for low, _ in own), min(high for _, high in own)) if own else None


def _range(rule: VersionRule) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the first version that passes a rule, and the first one above these."""
    first = _padded(rule.version)
    behind = _padded((*rule.version[:-1], rule.version[-1] + 1))
    low = {">=": first, "=": first, ">": behind}.get(rule.operator, _LOWEST)
    high = {"<": first, "=": behind, "<=": behind}.get(rule.operator, _ABOVE_ALL)
    return low, high


@lru_cache(maxsize=4096)
def _visitor_version(text: str) -> tuple[int, ...] | None:
    """Return the first four numbers of a visitor's version, or None if it cannot be read."""
    try:
        return _padded(parse_version(".".join(text.split(".")[:MAX_NUMBERS])))
    except ValueError:
        return None


def _padded(version: tuple[int, ...]) -> tuple[int, ...]:
    return (*version, *_LOWEST[len(version) :])
