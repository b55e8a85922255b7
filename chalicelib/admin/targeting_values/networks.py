"""Checks of networks: AS numbers such as `AS13335`, or the name of an internet provider."""

import re
from ipaddress import ip_network

from chalicelib.admin.targeting_values.wording import shown

MAX_NAME = 100
MAX_NUMBER = 2**32 - 1

_MEANING = "must be an AS number such as AS13335, or the name of an internet provider"
_NUMBER = re.compile(r"(?:AS[N#]?)?[\s:#_-]*([0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_NUMBER_AND_NAME = re.compile(r"AS([0-9]+)\s.+", re.IGNORECASE)
_SEVERAL = re.compile(r"AS[0-9]+\W|AS\d+$", re.IGNORECASE)
_NO_NETWORKS = (
    (range(1), "is reserved"),
    (range(23456, 23457), "stands for any number of 32 bits"),
    (range(64496, 64512), "is reserved for documentation"),
    (range(64512, 65535), "is for private use"),
    (range(65535, 65536), "is reserved"),
    (range(65536, 65552), "is reserved for documentation"),
    (range(65552, 131072), "is reserved"),
    (range(4_200_000_000, MAX_NUMBER), "is for private use"),
    (range(MAX_NUMBER, MAX_NUMBER + 1), "is reserved"),
)
"""Numbers that no visitor's network has, from IANA's registry of special-purpose AS numbers."""


def network_error(text: str) -> str | None:
    """Return the complaint about a network, with the right value if it is known; None for a valid one."""
    number = _number(text)
    if number is None:
        return _name_error(text)
    if number > MAX_NUMBER:
        return f"{_MEANING}; AS numbers end at {MAX_NUMBER}"
    if purpose := next((purpose for numbers, purpose in _NO_NETWORKS if number in numbers), None):
        return f"{_MEANING}; AS{number} {purpose}; no visitor has it"
    return None if text == f"AS{number}" else f"{_MEANING}; {shown(text)} is AS{number}"


def meant_network(text: str) -> str | None:
    """Return the network for another spelling, or None."""
    number = _number(text)
    value = text.strip() if number is None else f"AS{number}"
    return value if network_error(value) is None else None


def _number(text: str) -> int | None:
    """Return the AS number that a text writes: `13335`, `as 13335`, `AS13335 Cloudflare`, or `1.10` for 65546."""
    match = _NUMBER.fullmatch(text.strip()[:MAX_NAME]) or _NUMBER_AND_NAME.fullmatch(text.strip()[:MAX_NAME])
    if match is None:
        return None
    high, _, low = match[1].rpartition(".")
    return int(high or 0) * 2**16 + int(low) if int(low) < 2**16 or not high else None


def _name_error(text: str) -> str | None:
    if not 1 <= len(text.strip()) <= MAX_NAME:
        return f"{_MEANING}; a name has 1 to {MAX_NAME} characters"
    if "*" in text:
        return f"{_MEANING}; a network has no wildcard, so list each one"
    if _SEVERAL.match(text):
        return f"{_MEANING}; write one AS number alone in each entry"
    if _is_address(text):
        return f"{_MEANING}; {shown(text)} is an address: use the AS number of its network"
    if text != text.strip():
        return f"{_MEANING}; write {shown(text)} without spaces around it"
    return None if text.isprintable() else f"{_MEANING}; the name has characters that cannot be shown"


def _is_address(text: str) -> bool:
    try:
        ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True
