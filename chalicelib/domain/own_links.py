"""Recognizes the URLs of our own links: `/s/{code}`, also below a stage, on any of our hosts."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.domain.app_urls import intent_fallbacks
from chalicelib.domain.ids import split_link_code
from chalicelib.domain.percent_encoding import decoded

_LINKS = "s"
_DEFAULT_PORTS = {None, 80, 443}


class Host(NamedTuple):
    """A host in lower case without a final dot, and its port; None for the default ones."""

    name: str
    port: int | None = None


def host_of(url: str) -> Host:
    """Return the host of a URL, with an empty name if the URL has none or is not valid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Host("")
    return Host(decoded(parts.hostname or "").lower().rstrip("."), None if port in _DEFAULT_PORTS else port)


def is_link_address(url: str, hosts: frozenset[Host]) -> bool:
    """Return whether the URL, or a web page that its Intent falls back to, is a link of one of these hosts."""
    return any(host_of(page) in hosts and _LINKS in _segments(page)[:-1][:2] for page in _pages(url))


def link_codes(url: str) -> set[str]:
    """Return the texts in the URL's path that are link codes if they exist, whatever the host."""
    return {code for page in _pages(url) for code in _codes(page)}


def _pages(url: str) -> list[str]:
    return [page for page in (url, *intent_fallbacks(url)) if page.lower().startswith(("http://", "https://"))]


def _codes(url: str) -> Iterator[str]:
    for parent, child in pairwise(_segments(url)):
        code, _ = split_link_code(child)
        if parent == _LINKS and code:
            yield code


def _segments(url: str) -> list[str]:
    """Return the segments of the path as a server may read it: decoded, without empty ones and dots."""
    path = url.partition("://")[2].partition("#")[0].partition("?")[0]
    segments: list[str] = []
    for segment in decoded(path.partition("/")[2]).replace("\\", "/").split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment not in {"", "."}:
            segments.append(segment)
    return segments
