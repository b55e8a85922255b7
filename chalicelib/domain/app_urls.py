"""URLs that open an app: which schemes are allowed, and what an Android Intent may contain."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from urllib.parse import unquote

from chalicelib.domain.macro_places import MACRO_PATTERN
from chalicelib.domain.percent_encoding import decoded

_SCRIPTS = ("javascript", "ecmascript", "jscript", "livescript", "mocha", "vbscript", "vbs", "wscript")
_DOCUMENTS = ("data", "blob", "about", "view-source", "jar", "mhtml", "wyciwyg", "feed", "pcast", "srcdoc")
_FILES = ("file", "filesystem", "content", "cid", "mid", "res", "resource", "ms-its", "mk", "its", "hcp", "shell")
_BROWSERS = ("chrome", "edge", "brave", "opera", "vivaldi", "devtools", "chrome-extension", "moz-extension")
_MORE_BROWSERS = ("chrome-search", "chrome-untrusted", "chrome-devtools", "safari-extension", "safari-web-extension")
_WINDOWS = ("ms-msdt", "search-ms", "search", "ms-officecmd", "ms-appinstaller", "ms-cxh", "ms-cxh-full", "ldap")
_OTHER_PROTOCOLS = ("ws", "wss", "ftp", "ftps", "sftp", "gopher", "smb", "nfs", "telnet", "ssh", "rlogin", "urn")

FORBIDDEN_SCHEMES = frozenset(
    (*_SCRIPTS, *_DOCUMENTS, *_FILES, *_BROWSERS, *_MORE_BROWSERS, *_WINDOWS, *_OTHER_PROTOCOLS)
)
"""Schemes that run a script, show a document of the link's author, or reach files, settings or other protocols."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEME_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST_AND_PORT = re.compile(r"\d{1,5}(?:[/?#]|$)")
_MACRO_IN_SCHEME = re.compile(r"[A-Za-z0-9+.-]*\{[^{}]*\}(?:[A-Za-z0-9+.-]|\{[^{}]*\})*:")
_VALUE = re.compile(r"[=&?#;]")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f]")
_SIMILAR = 0.75
_LETTERS_OF_HTTP = re.compile(r"(?=[htpsx]*[hp])(?=[htpsx]*[tx])[htpsx]{3,8}")
_RUN_BY_APPS = frozenset((*_SCRIPTS, "data", "blob", "view-source", "file", "filesystem", "content"))
"""Schemes that no value in the URL of an app may have: a browser's app opens its parameter `url`."""

_NO_SCHEME = "must begin with https://, http:// or the scheme of an app, such as market://"
_FALLBACK = "S.browser_fallback_url"


def scheme_of(url: str) -> str:
    """Return the scheme in lower case, empty if the URL has none."""
    match = _SCHEME.match(url)
    return match[1].lower() if match else ""


def scheme_errors(url: str) -> list[str]:
    """Return the error of a scheme that is neither http nor https: missing, misspelled or forbidden."""
    scheme = scheme_of(url)
    rest = url[len(scheme) + 1 :]
    if not scheme or _is_host_and_port(scheme, rest):
        return [_NO_SCHEME]
    schemes = (scheme, *_nested_schemes(url))
    forbidden = next((each for each in schemes if each in FORBIDDEN_SCHEMES), None) or _value_scheme(url)
    if forbidden:
        return [f"must not use the scheme {forbidden}; use https, http or the scheme of an app, such as market"]
    if _MACRO_IN_SCHEME.match(rest):
        return ["must not contain a macro in a scheme"]
    if _is_misspelled_http(scheme):
        return [f"must begin with https:// or http://; {scheme} is neither"]
    return [] if rest else [f"must have something after {scheme}:"]


def _is_host_and_port(scheme: str, rest: str) -> bool:
    return ("." in scheme or scheme == "localhost") and bool(_HOST_AND_PORT.match(rest))


def _is_misspelled_http(scheme: str) -> bool:
    """Return whether a scheme has only the letters of https, or is nearly http or https: `htp`, `hxxps`, `httpx`."""
    likeness = max(SequenceMatcher(None, scheme, each).ratio() for each in ("http", "https"))
    return likeness >= _SIMILAR or bool(_LETTERS_OF_HTTP.fullmatch(scheme))


def _nested_schemes(url: str) -> Iterator[str]:
    """Yield the schemes that follow the scheme one after another, however encoded: `intent:javascript:…`."""
    rest = _INVISIBLE.sub("", decoded(url.partition(":")[2]))
    while match := _SCHEME.match(rest):
        yield match[1].lower()
        rest = rest[match.end() :]


def _value_scheme(url: str) -> str | None:
    """Return the scheme of a value that an app may run: `googlechrome://navigate?url=javascript:…`."""
    values = (_INVISIBLE.sub("", decoded(value)) for value in _VALUE.split(url)[1:])
    return next((scheme for value in values if (scheme := scheme_of(value)) in _RUN_BY_APPS), None)


def intent_errors(url: str) -> list[str]:
    """Return the errors of the entries of an Android Intent. Their names and the scheme must not have macros."""
    errors = []
    if scheme_of(url) == "android-app" and decoded(_segment(url, 3)).lower() in FORBIDDEN_SCHEMES:
        errors.append(f"must not open {decoded(_segment(url, 3))}: in an app")
    for name, value in _intent_entries(url):
        if MACRO_PATTERN.search(name):
            errors.append("must not contain a macro in the name of an Intent's entry")
        elif name == "scheme" and not _is_app_scheme(value):
            errors.append(f"must not have scheme={value} in its Intent; use https, http or the scheme of an app")
    return errors


def _segment(url: str, index: int) -> str:
    return [*re.split(r"[/?#]", url), *[""] * index][index]


def _is_app_scheme(value: str) -> bool:
    return bool(_SCHEME_NAME.fullmatch(value)) and value.lower() not in FORBIDDEN_SCHEMES


def intent_fallbacks(url: str) -> list[str]:
    """Return the web pages that an Intent opens if the app is missing."""
    return [value for name, value in _intent_entries(url) if name == _FALLBACK]


def _intent_entries(url: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each entry of an Android Intent (`#Intent;name=value;…;end`), decoded once."""
    if scheme_of(url) in {"intent", "android-app"}:
        for entry in url.partition("#Intent;")[2].split(";"):
            name, _, value = entry.partition("=")
            yield unquote(name), unquote(value)
