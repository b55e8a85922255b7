"""Segments, the cells of the audience that learn for themselves, and how a visitor's backs off to wider ones."""

from functools import lru_cache

EVERYONE = "*"
"""The segment that everyone is in."""

UNKNOWN = "?"
"""Stands for a country that is not known."""

Path = tuple[str, str, str]
"""A visitor's segments, the most specific first: `("US|mobile", "US", "*")`."""


def fallback_segments(segment: str) -> tuple[str, ...]:
    """The segment and the wider ones that it backs off to, each once: of `US|mobile` its path, of `*` only itself."""
    return tuple(dict.fromkeys((segment, segment.partition("|")[0], EVERYONE)))


@lru_cache(maxsize=1024)
def segments_of(country: str | None, device: str) -> Path:
    """The segments of a visitor of this country (None: unknown) and device."""
    known = country or UNKNOWN
    return f"{known}|{device}", known, EVERYONE
