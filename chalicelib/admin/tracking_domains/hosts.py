"""Hosts that can be tracking domains, in the form in which DNS has them."""

import idna

from chalicelib.admin.smartlinks.schemas import is_domain

MAX_HOST = 64
"""Maximum length of a host: a certificate has no room for a longer name."""

_NOT_PUBLIC = ("localhost", "local", "internal", "home.arpa", "onion", "invalid")
_OF_AWS = ("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "cloudfront.net")
_EXAMPLE = "such as go.network.example, without https://, port and path"


def ascii_host(text: str) -> str:
    """Return the host in lower case and ASCII: `Bücher.Example` is `xn--bcher-kva.example`.

    Raise ValueError with what it must be.
    """
    host = _encoded(text.strip().rstrip("."))
    if not is_domain(host):
        message = f"must be a host name {_EXAMPLE}"
        raise ValueError(message)
    if len(host) > MAX_HOST:
        message = f"must have at most {MAX_HOST} characters in ASCII, because a certificate has no room for more"
        raise ValueError(message)
    if _is_below(host, _NOT_PUBLIC):
        message = "must be a public host: AWS issues no certificate for this one"
        raise ValueError(message)
    if _is_below(host, _OF_AWS):
        message = "must be a host of your own, not one of AWS"
        raise ValueError(message)
    return host


def _encoded(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode() if not text.isascii() else text.lower()
    except idna.IDNAError as error:
        message = f"must be a host name {_EXAMPLE}"
        raise ValueError(message) from error


def _is_below(host: str, suffixes: tuple[str, ...]) -> bool:
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in suffixes)
