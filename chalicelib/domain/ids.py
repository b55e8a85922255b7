"""Identifiers: time-ordered and unguessable ones, deterministic ones, and link codes."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = range(120, -1, -10)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CODE_LENGTH = 10
_PASTED_CODE = rf"(?s)[\W_]*+([0-9A-Za-z]{{{CODE_LENGTH}}})(?![0-9A-Za-z])(.*)"
"""Punctuation and invisible characters, a code, and what was pasted behind it. It is compiled when it is needed."""

_TIME_LETTERS = 10
"""Number of letters at the start of a time-ordered ID that encode its time."""

_SMARTLINK_PREFIX = "sml_"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def time_ordered_id(now: datetime, entropy: bytes) -> str:
    """Return 26 characters of Crockford's base 32: milliseconds since 1970, then 10 bytes of entropy (as in ULID)."""
    return _base32((now - _BEGINNING) // _MILLISECOND << 80 | int.from_bytes(entropy[:10]))


def time_of_id(identifier: str) -> datetime:
    """Return the time of a time-ordered ID without a prefix. Raises ValueError for letters that IDs do not have."""
    number = 0
    for letter in identifier[:_TIME_LETTERS]:
        number = number << 5 | _ALPHABET.index(letter)
    return _BEGINNING + number * _MILLISECOND


def deterministic_id(name: str) -> str:
    """Return 26 characters of Crockford's base 32: 130 bits of the BLAKE2b hash of the name."""
    return _base32(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=17).digest()) >> 6)


def _base32(number: int) -> str:
    """Return the lowest 130 bits of a number in base 32, two letters at a time."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def new_link_code(entropy: bytes) -> str:
    """Return a link code of 10 letters and digits (about 59 bits) from 8 bytes of entropy."""
    number = int.from_bytes(entropy[:8])
    letters = []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(letters)


def is_link_code(text: str) -> bool:
    """Return whether the text has the form of a link code."""
    return len(text) == CODE_LENGTH and text.isascii() and text.isalnum()


def split_link_code(text: str) -> tuple[str, str]:
    """Return the link code with which a text begins, and the rest; no code if its first word is none.

    Punctuation, white space and invisible characters before it do not count.
    """
    if is_link_code(text):
        return text, ""
    match = re.match(_PASTED_CODE, unquote(text) if text.startswith("%") else text)
    return (match[1], match[2]) if match else ("", text)


def is_smartlink_id(route_id: str) -> bool:
    """Return whether a route is that of a smartlink. A direct link uses the route of its campaign."""
    return route_id.startswith(_SMARTLINK_PREFIX)


def smartlink_id_of(route_id: str) -> str | None:
    """Return the ID of the route's smartlink, or None for a direct link."""
    return route_id if is_smartlink_id(route_id) else None
