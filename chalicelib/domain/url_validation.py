"""What a URL that somebody wants to save may hold: scheme, host, macros."""

import re
from difflib import get_close_matches
from urllib.parse import urlsplit

SUB_IDS = tuple(f"sub{n}" for n in range(1, 11))
MACROS = frozenset(
    {
        *("click_id", "external_click_id", "campaign_id", "smartlink_id", "publisher_id", *SUB_IDS),
        *("source", "country", "region", "city", "device", "os", "browser", "language"),
        *("timestamp", "query"),
    }
)
POSTBACK_MACROS = MACROS | {"payout", "currency", "event", "txid", "status", "conversion_id"}
"""What the URL of a publisher's postback may hold: the click's macros and the conversion's."""

_MACRO = re.compile(r"\{([^{}]*)\}")
_ENCODED_BRACE = re.compile(r"%(?:25)*7[BbDd]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"]")


def complaints(url: str, macros: frozenset[str] = MACROS) -> list[str]:
    """What is wrong with a URL that an admin or publisher wants to save, one sentence each."""
    return [*_address_complaints(url), *_macro_complaints(url, macros)]


def _address_complaints(url: str) -> list[str]:
    if _FORBIDDEN.search(url):
        return ["must not hold spaces, control characters, quotes, backslashes or angle brackets"]
    if not url.isascii():
        return ["must be ASCII: percent-encode the rest, and write a host of other letters as xn--…"]
    try:
        parts = urlsplit(_MACRO.sub("x", url))
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        return [f"is not a URL: {error}"]
    if parts.scheme not in {"http", "https"}:
        return ["must begin with https:// or http://"]
    if not host:
        return ["must name a host"]
    before_path = _MACRO.search(re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0])
    return ["must not hold a macro in its host"] if before_path else []


def _macro_complaints(url: str, macros: frozenset[str]) -> list[str]:
    found = [f"{{{name}}} is not a macro{_nearest(name, macros)}" for name in _MACRO.findall(url) if name not in macros]
    rest = _MACRO.sub("", url)
    if "{" in rest or "}" in rest:
        found.append("has an unbalanced brace")
    if _ENCODED_BRACE.search(url):
        found.append("has a percent-encoded brace; write macros as {click_id}")
    return found


def _nearest(name: str, macros: frozenset[str]) -> str:
    near = get_close_matches(name.lower(), sorted(macros), n=1)
    return f"; did you mean {{{near[0]}}}?" if near else ""
