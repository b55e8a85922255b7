"""Validation of URLs that admins and publishers save: scheme, host, macros."""

import re
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from urllib.parse import urlsplit

from chalicelib.domain.macros import MACRO_PATTERN, MACROS

_NAMES = frozenset(MACROS)

_ENCODED_BRACE = re.compile(r"%(?:25)*7[BbDd]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"]")


def url_errors(url: str, macros: AbstractSet[str] = _NAMES) -> list[str]:
    """Return the errors of a URL, one sentence each."""
    return [*address_errors(url), *macro_errors(url, macros)]


def address_errors(url: str) -> list[str]:
    """Return the errors of scheme, host and characters."""
    if _FORBIDDEN.search(url):
        return ["must not contain spaces, control characters, quotes, backslashes or angle brackets"]
    if not url.isascii():
        return ["must be ASCII. Percent-encode other characters. Write the host in Punycode (xn--…)."]
    try:
        parts = urlsplit(MACRO_PATTERN.sub("x", url))
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        return [f"is not a URL: {error}"]
    if parts.scheme not in {"http", "https"}:
        return ["must begin with https:// or http://"]
    if not host:
        return ["must have a host"]
    before_path = MACRO_PATTERN.search(re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0])
    return ["must not contain a macro in the host"] if before_path else []


def macro_errors(url: str, macros: AbstractSet[str]) -> list[str]:
    """Return the errors of macros and braces."""
    errors = [
        f"{{{name}}} is not a macro{_nearest(name, macros)}"
        for name in MACRO_PATTERN.findall(url)
        if name not in macros
    ]
    rest = MACRO_PATTERN.sub("", url)
    if "{" in rest or "}" in rest:
        errors.append("has an unbalanced brace")
    if _ENCODED_BRACE.search(url):
        errors.append("has a percent-encoded brace; write macros as {click_id}")
    return errors


def _nearest(name: str, macros: AbstractSet[str]) -> str:
    near = get_close_matches(name.lower(), sorted(macros), n=1)
    return f"; did you mean {{{near[0]}}}?" if near else ""
