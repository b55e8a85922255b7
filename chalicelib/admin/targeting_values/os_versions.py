"""Checks of the rules for versions of operating systems: `>=16`, `>=9,<14`."""

import re

from chalicelib.admin.targeting_values.wording import listed, shown
from chalicelib.domain.os_versions import is_satisfiable, parse_rules
from chalicelib.domain.visitor import OperatingSystem

MAX_RULE = 100

_MEANING = "must be comparisons such as >=16 or >=9,<14"
_SYSTEMS = [each.value for each in OperatingSystem if each is not OperatingSystem.OTHER]
_SYSTEM_NAMES = {"iphone": "ios", "ipados": "ios", "ipad": "ios", "mac": "macos", "os x": "macos", "osx": "macos"}
_SPELLINGS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(?:ios|ipados|android|windows|macos|version)\s+|\bv(?=[0-9])", ""),
        (r"≥|=>", ">="),
        (r"≤|=<", "<="),
        (r"==", "="),
        (r"(?<=[<>=])\s+", ""),
        (r"\.[x*](?=\s|,|$)", ""),
        (r"^([0-9.]+)\s*(?:\+|and (?:up|above|later)|or (?:later|above|newer|higher))$", r">=\1"),
        (r"^([0-9.]+)\s*(?:-|\u2013|to|\.\.)\s*([0-9.]+)$", r">=\1,<=\2"),
        (r"\s*(?:[;&,]|\band\b)+\s*|(?<=[0-9])\s+(?=[<>=])", ","),
        (r"^,+|,+$", ""),
        (r"(?:^|(?<=,))(?=[0-9])", "="),
    )
]
"""Other spellings, and what they mean, in the order in which they are replaced."""


def os_version_error(os: str, rule: str) -> str | None:
    """Return the complaint about a system's rule, with the right one if it is known; None for a valid one."""
    if os not in _SYSTEMS:
        return f"must be for {listed(_SYSTEMS, 'or')}; {_system_remark(os)}"
    if len(rule) > MAX_RULE:
        return f"{_MEANING}, of at most {MAX_RULE} characters"
    if _is_rule(rule):
        return None
    meant = meant_rule(rule)
    return f"{_MEANING}; {shown(rule)} is {meant}" if meant else f"{_MEANING}; {_remark(rule)}"


def meant_rule(text: str) -> str | None:
    """Return the rule for another spelling, or None: `>=16` for `16+`, `=16` for `16`."""
    rule = text.strip().lower()[:MAX_RULE]
    for pattern, replacement in _SPELLINGS:
        rule = pattern.sub(replacement, rule)
    return rule if _is_rule(rule) and is_satisfiable(parse_rules({"": rule}), "") else None


def _is_rule(text: str) -> bool:
    try:
        parse_rules({"": text})
    except ValueError:
        return False
    return True


def _remark(rule: str) -> str:
    if "!" in rule or "<>" in rule:
        return "a version cannot be excluded; give the versions below or above it"
    return f"{shown(rule)} cannot be read; use >=, >, <=, < or = and 1 to 4 numbers joined by dots"


def _system_remark(os: str) -> str:
    name = os.strip().lower()
    if name == OperatingSystem.OTHER:
        return "the versions of other systems are unknown"
    meant = name if name in _SYSTEMS else _SYSTEM_NAMES.get(name)
    return f"{shown(os)} is {meant}" if meant else f"{shown(os)} is not known"
