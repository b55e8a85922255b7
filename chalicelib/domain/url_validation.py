"""Validation of URLs that admins and publishers save: scheme, host, macros."""

import re
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from urllib.parse import urlsplit

from chalicelib.domain import app_urls
from chalicelib.domain.macro_places import MACRO_PATTERN
from chalicelib.domain.macros import MACROS

_NAMES = frozenset(MACROS)

_ENCODED_MACRO = re.compile(r"%(?:25)*7B([a-z_0-9]+)%(?:25)*7D", re.IGNORECASE)
_IN_HOST = re.compile(r"[{}]|%(?:25)*7[BD]", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"]")
_WEB_SCHEMES = {"http", "https"}


def url_errors(url: str, macros: AbstractSet[str] = _NAMES) -> list[str]:
    """Return the errors of a destination, one sentence each: a URL of the web or of an app."""
    return [*_destination_errors(url), *macro_errors(url, macros)]


def _destination_errors(url: str) -> list[str]:
    scheme = app_urls.scheme_of(url)
    if scheme in _WEB_SCHEMES or _character_errors(url):
        return address_errors(url)
    return app_urls.scheme_errors(url) or _app_errors(url)


def _app_errors(url: str) -> list[str]:
    """Return the errors of the URL of an app, whose scheme is allowed."""
    errors = ["must not contain a macro in the host"] if _has_macro_in_host(url) else []
    for fallback in app_urls.intent_fallbacks(url):
        errors += [f"must have a valid S.browser_fallback_url, which {error}" for error in address_errors(fallback)]
    return errors + app_urls.intent_errors(url)


def address_errors(url: str) -> list[str]:
    """Return the errors of characters, scheme and host of a URL that must be http or https."""
    if errors := _character_errors(url):
        return errors
    try:
        parts = urlsplit(MACRO_PATTERN.sub("x", url))
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return ["must have a valid host, and a port from 0 to 65535 if it has one"]
    if parts.scheme not in _WEB_SCHEMES:
        return ["must begin with https:// or http://"]
    if not host:
        return ["must have a host"]
    return ["must not contain a macro in the host"] if _has_macro_in_host(url) else []


def _character_errors(url: str) -> list[str]:
    if _FORBIDDEN.search(url):
        return ["must not contain spaces, control characters, quotes, backslashes or angle brackets"]
    if not url.isascii():
        return ["must be ASCII. Percent-encode other characters. Write the host in Punycode (xn--…)."]
    return []


def _has_macro_in_host(url: str) -> bool:
    """Return whether a macro stands between `://` and the path; an encoded brace is none, but no host has one."""
    after_scheme = url.partition(":")[2]
    if not after_scheme.startswith("//"):
        return False
    return bool(_IN_HOST.search(re.split(r"[/?#]", after_scheme[2:], maxsplit=1)[0]))


def macro_errors(url: str, macros: AbstractSet[str]) -> list[str]:
    """Return the errors of macros and braces. Braces of others pass if they are percent-encoded."""
    errors = [
        f"{{{name}}} is not a macro{_nearest(name, macros)}"
        for name in MACRO_PATTERN.findall(url)
        if name not in macros
    ]
    rest = MACRO_PATTERN.sub("", url)
    if "{" in rest or "}" in rest:
        errors.append("has an unbalanced brace")
    encoded = dict.fromkeys(name for name in map(str.lower, _ENCODED_MACRO.findall(url)) if name in macros)
    return errors + [f"has a percent-encoded brace; write macros as {{{name}}}" for name in encoded]


def _nearest(name: str, macros: AbstractSet[str]) -> str:
    near = get_close_matches(name.lower(), sorted(macros), n=1)
    return f"; did you mean {{{near[0]}}}?" if near else ""
