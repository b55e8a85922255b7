"""Searchable forms of texts, and the sort keys of list entries."""

import unicodedata
from datetime import UTC, datetime, timedelta

_SEPARATOR = "\0"
"""Sorts before any other character, so that a name comes before the longer ones that begin with it."""

_CONTROLS = dict.fromkeys(range(32))
_MAX_NAME_BYTES = 300
"""A sort key of DynamoDB has at most 1,024 bytes, and so has a cursor, which holds one as a JSON string in base 64."""

_ID_LENGTH, _ENTROPY_LENGTH = 26, 16
_DIGITS = str.maketrans("0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdefghijklmnopqrstuv")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def searchable(text: str) -> str:
    """Return the text without differences of case and of compatible characters, such as full width."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def name_key(name: str, key: str) -> str:
    """Return the sort key of a resource by the first 300 bytes of its name, without control characters, and its ID."""
    start = searchable(name).translate(_CONTROLS).encode()[:_MAX_NAME_BYTES].decode(errors="ignore")
    return f"{start}{_SEPARATOR}{key}"


def update_key(updated_at: str, key: str) -> str:
    """Return the sort key of a resource by the time of its last change."""
    return f"{updated_at}#{key}"


def contains(needle: str | None, *texts: str) -> bool:
    """Return whether one of the texts contains `needle`, which is `searchable` already. None is in every text."""
    return needle is None or any(needle in searchable(text) for text in texts)


def created_year(key: str) -> str:
    """Return the UTC year in which the resource of a time-ordered ID was created; 1970 for any other text."""
    try:
        milliseconds = int(key[-_ID_LENGTH:-_ENTROPY_LENGTH].translate(_DIGITS), 32)
        return str((_BEGINNING + timedelta(milliseconds=milliseconds)).year)
    except (ValueError, OverflowError):
        return str(_BEGINNING.year)
