"""Recognizes URLs of ours that are no destination: links (`/s/{code}`), postback, pixel; also in the URL of an app."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.domain.app_urls import scheme_of
from chalicelib.domain.ids import split_link_code
from chalicelib.domain.macro_places import MACRO_PATTERN
from chalicelib.domain.percent_encoding import decoded

_LINKS = "s"
_CONVERSIONS = ("postback", "pixel.gif")
_DEFAULT_PORTS = {None, 80, 443}
_IGNORED = re.compile(r"[\s\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+|;.*", re.DOTALL)
"""What servers or browsers drop from a path segment: invisible characters, and a parameter of the segment."""


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
    """Return whether the URL, or an address inside the URL of an app, is a link of one of these hosts."""
    return any(_may_be(segment, _LINKS) for path in _paths(url, hosts) for segment in path[:-1][:2])


def is_conversion_address(url: str, hosts: frozenset[Host]) -> bool:
    """Return whether the URL, or an address inside the URL of an app, is the postback or pixel of these hosts."""
    return any(_without_macros(segment) in _CONVERSIONS for path in _paths(url, hosts) for segment in path[:2])


def link_codes(url: str) -> set[str]:
    """Return the texts in the URL that are link codes if they exist, whatever the host and the scheme."""
    path = _web_path(url) if _is_web(url) else url.partition(":")[2]
    return set(_codes(_segments(path)))


def _codes(segments: Sequence[str]) -> Iterator[str]:
    for parent, child in pairwise(segments):
        if _may_be(parent, _LINKS):
            yield from filter(None, (split_link_code(text)[0] for text in (child, _without_macros(child))))


def _may_be(segment: str, name: str) -> bool:
    """Return whether a segment is this name, or becomes it with the right values or no values for its macros."""
    return _without_macros(segment) == name or bool(MACRO_PATTERN.fullmatch(segment))


def _without_macros(segment: str) -> str:
    return MACRO_PATTERN.sub("", segment)


def _is_web(url: str) -> bool:
    return scheme_of(url) in {"http", "https"}


def _web_path(url: str) -> str:
    return url.partition("://")[2].partition("#")[0].partition("?")[0].partition("/")[2]


def _paths(url: str, hosts: frozenset[Host]) -> Iterator[list[str]]:
    """Yield the path of each address on these hosts: that of a web page, or any that an app may be given."""
    if not _is_web(url):
        yield from (_segments(path) for host in hosts if host.name for path in _paths_inside(decoded(url), host))
    elif host_of(url) in hosts:
        yield _segments(_web_path(url))


def _paths_inside(text: str, host: Host) -> Iterator[str]:
    """Yield what follows a host in a text, up to the query or fragment."""
    port = r"(?::(?:80|443))?" if host.port is None else f":{host.port}"
    address = rf"(?<![\w.-]){re.escape(host.name)}\.?{port}[/\\]([^?#]*)"
    return (match[1] for match in re.finditer(address, text, re.IGNORECASE))


def _segments(path: str) -> list[str]:
    """Return the segments of the path as a server may read it: decoded, without empty ones and dots."""
    segments: list[str] = []
    for segment in decoded(path).replace("\\", "/").split("/"):
        plain = _IGNORED.sub("", segment)
        if plain == "..":
            segments = segments[:-1]
        elif plain not in {"", "."}:
            segments.append(plain)
    return segments
