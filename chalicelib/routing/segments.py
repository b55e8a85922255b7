"""Segments: the parts of the audience with weights of their own, and the wider segments each falls back to."""

from functools import lru_cache

EVERYONE = "*"
"""The segment of all visitors."""

UNKNOWN = "?"
"""The country in the segment of a visitor whose country is unknown."""

Path = tuple[str, str, str]
"""A visitor's segments, the most specific first: `("US|mobile", "US", "*")`."""


def fallback_segments(segment: str) -> tuple[str, ...]:
    """Return the segment and the wider ones that it falls back to, each once: `US|mobile`, `US`, `*`."""
    return tuple(dict.fromkeys((segment, segment.partition("|")[0], EVERYONE)))


@lru_cache(maxsize=1024)
def segments_of(country: str | None, device: str) -> Path:
    """Return the segments of a visitor of this country (None: unknown) and device."""
    known = country or UNKNOWN
    return f"{known}|{device}", known, EVERYONE
