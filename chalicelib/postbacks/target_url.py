"""Target URL of a postback: parsed for a request, and validated when it is saved."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from chalicelib.domain import url_validation
from chalicelib.postbacks.address_policy import address_error
from chalicelib.postbacks.macro_values import POSTBACK_MACROS

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL to request. `url` has a path and no fragment, `path` includes the query, `host` has no brackets."""

    url: str
    is_tls: bool
    host: str
    port: int
    authority: str
    path: str


def parse_target(url: str) -> Target:
    """Return the target of a URL without macros; raise `ValueError` if it has no valid host or port."""
    parts = urlsplit(url)
    host = parts.hostname
    if not host or parts.scheme not in _PORTS:
        message = "The URL is not an http or https URL with a host."
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


def url_errors(url: str) -> list[str]:
    """Return the errors of a postback's URL that do not depend on the settings of the stack."""
    errors = [*url_validation.address_errors(url), *url_validation.macro_errors(url, POSTBACK_MACROS)]
    return errors if url_validation.address_errors(url) else [*errors, *host_errors(url, loopback_allowed=True)]


def host_errors(url: str, *, loopback_allowed: bool) -> list[str]:
    """Return the errors of the host of an otherwise valid URL.

    A host name is not resolved here. Its addresses are checked at every request.
    """
    if "@" in urlsplit(url).netloc:
        return ["must not contain a user name or password"]
    target = parse_target(url)
    host = target.host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        host = "127.0.0.1"
    try:
        ip_address(host)
    except ValueError:
        return _name_errors(target.host)
    error = address_error(host, target.port, loopback_allowed=loopback_allowed)
    return [f"must resolve to a public address: {error}"] if error else []


def _name_errors(host: str) -> list[str]:
    """Return the errors of a host name. The resolver would read `0x7f.1` or `2130706433` as an address."""
    if not _NAME.fullmatch(host):
        return ["must have a host name of letters, digits, dots and hyphens"]
    last_label = host.rstrip(".").rpartition(".")[2]
    is_address = _NUMBER.fullmatch(last_label)
    return ["must use dotted-decimal IPv4 notation, for example 203.0.113.7"] if is_address else []
