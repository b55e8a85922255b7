"""Where a postback's URL leads: taken apart for the call, and judged before it is saved."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from chalicelib.domain.url_validation import POSTBACK_MACROS, complaints
from chalicelib.postbacks.address_policy import refused

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL as it is called: `url` has a path and no fragment, `path` holds the query too, `host` has no brackets."""

    url: str
    is_tls: bool
    host: str
    port: int
    authority: str
    path: str


def target(url: str) -> Target:
    """The target of a whole URL; `ValueError` for what names no host or port to call."""
    parts = urlsplit(url)
    host = parts.hostname
    if not host or parts.scheme not in _PORTS:
        message = "is no http or https URL with a host"
        raise ValueError(message)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Target(
        url=f"{parts.scheme}://{parts.netloc}{path}",
        is_tls=parts.scheme == "https",
        host=host,
        port=_PORTS[parts.scheme] if parts.port is None else parts.port,
        authority=parts.netloc,
        path=path,
    )


def url_complaints(url: str) -> list[str]:
    """What is wrong with a postback's URL wherever it is saved, one sentence each."""
    found = complaints(url, POSTBACK_MACROS)
    if any(not each.startswith("{") and "brace" not in each for each in found):
        return found
    return [*found, *host_complaints(url, loopback_allowed=True)]


def host_complaints(url: str, *, loopback_allowed: bool) -> list[str]:
    """What is wrong with the host of a URL that is sound otherwise; what a name resolves to is judged at each call."""
    if "@" in urlsplit(url).netloc:
        return ["must not hold a user name or password"]
    whereto = target(url)
    host = whereto.host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        ip_address(host)
    except ValueError:
        return _name_complaints(whereto.host)
    complaint = refused(host, whereto.port, loopback_allowed=loopback_allowed)
    return [f"must lead to a public host: {complaint}"] if complaint else []


def _name_complaints(host: str) -> list[str]:
    """An address in disguise (`0x7f.1`, `2130706433`) would be read as one by the resolver."""
    if not _NAME.fullmatch(host):
        return ["must name a host of letters, digits, dots and hyphens"]
    last = host.rstrip(".").rpartition(".")[2]
    return ["must write an address in full, as 203.0.113.7"] if _NUMBER.fullmatch(last) else []
