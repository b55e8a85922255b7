"""Percent-encoding of values in URLs."""

from urllib.parse import quote, unquote

_MAX_DECODINGS = 10


def percent_encode(text: str) -> str:
    """Return the text with everything but letters, digits and `-._~` percent-encoded, half a surrogate pair as `?`."""
    return text if text.isascii() and text.isalnum() else quote(text, safe="", errors="replace")


def decoded(text: str) -> str:
    """Return the text decoded until nothing is left to decode, at most ten times."""
    for _ in range(_MAX_DECODINGS):
        if (plain := unquote(text)) == text:
            break
        text = plain
    return text
