"""Where macros stand in the template of a URL, and how a value is encoded there."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from chalicelib.domain.percent_encoding import percent_encode

MACRO_PATTERN = re.compile(r"\{([^{}]*)\}")
"""A macro in a URL; its group is the name."""

QUERY = "query"
"""The macro of whole parameters, which are already encoded once."""

# These patterns are text, so that only a click that needs one waits until it is compiled.
_PAIR = r"[\w.-]+(?::|%(?:25)*3A)(?!/|%(?:25)*2F)"
"""The key of a packed value, and its colon: `clid:` in `clid:1|sub:2`."""

_TOKEN = (
    r"(?i)%(?P<delimiter>(?:25)*)(?:3D|26|3F|23|3A(?://|(?:%(?:25)*2F){2}))"
    rf"|%(?P<joint>(?:25)*)(?:7C|2C|3B)(?=(?:\+|%(?:25)*20)*{_PAIR})"
    r"|%(?P<slash>(?:25)*)2F"
)
"""An encoded `=`, `&`, `?`, `#` or `://`; `|`, `,` or `;` between pairs; a slash. A `25` for each further encoding."""

_ADDRESS = r"(?i)(?:(?://)?[\w-]+(?:\.[\w-]+)*\.[a-z][a-z0-9-]+(?:(?::|%(?:25)*3A)\d+)?)?%((?:25)*)2F"
"""The beginning of a value that is an address without its scheme: `b.example%2F`, or `%2F` alone."""

_SPLIT = r"(?i)%(?:25)*(?:3D|26|3F|23|2F|3A)"
_ALONE = (
    r"(?i)(?:\?[&;]*+(?:\{query\}[&;]*+)+(?=$|#)"
    r"|%(?P<n>(?:25)*)3F(?:%(?P=n)26)*+(?:\{query\}(?:%(?P=n)26)*+)+(?=$|[&#;]|%(?:25)*(?:23|26)))"
)
_LEADING = r"(?i)(\?|%(?P<n>(?:25)*)3F)(?:\{query\}(?(n)%(?P=n)26|[&;]))+"
_IN_VALUE = r"(?i)(=|%(?P<n>(?:25)*)3D)(?:\{query\}%(?(n)25(?P=n))26)+"
_TRAILING = r"(?i)(?:[&?;]|%(?:25)*(?:26|3F|3B))\{query\}(?:[&;]*+(?=$|#)|(?=[&;]|%(?:25)*(?:26|23)))"
"""The macro `query` as the only parameter, as the first one, as the first one in a value, and as the last one."""

_DOTS = {".": "%2E", "..": "%2E%2E"}
_CACHED_TEMPLATES = 4096


class Place(NamedTuple):
    """A macro in a template: its name, the number of times its value is encoded, and the text around it.

    The text around it is that of the parameter's value (or the path segment) in which it stands. A value in `is_path`
    can become a path segment of its own.
    """

    name: str
    depth: int
    before: str
    after: str
    is_path: bool


@lru_cache(maxsize=_CACHED_TEMPLATES)
def places(template: str) -> tuple[Place, ...]:
    """Return the template's macros, in order."""
    found = [_place(template, match) for match in MACRO_PATTERN.finditer(template)]
    return tuple(_level(each, found) if f"{{{QUERY}}}" in each.before + each.after else each for each in found)


def _place(template: str, match: re.Match[str]) -> Place:
    head, tail = template[: match.start()], template[match.end() :]
    before, after = _text_around(head, tail)
    depth = _depth(before, after)
    if match[1] == QUERY and _is_whole_value(re.sub(rf"(?:{MACRO_PATTERN.pattern})+$", "", head), depth):
        depth += 1
    return Place(match[1], depth, before, after, is_path=depth > 1 or not ("?" in head or "#" in head))


def _level(place: Place, others: Iterable[Place]) -> Place:
    """Return the place with the depth of the macro `query` in the same value, which is encoded as a whole."""
    nearest = _bare(place)
    depth = max([place.depth, *(each.depth for each in others if each.name == QUERY and _bare(each) == nearest)])
    return place._replace(depth=depth, is_path=place.is_path or depth > 1)


def _bare(place: Place) -> str:
    """Return the text around a place between the nearest delimiters, with its own macro among the others."""
    return "".join((re.split(_SPLIT, place.before)[-1], f"{{{place.name}}}", re.split(_SPLIT, place.after)[0]))


def _text_around(head: str, tail: str) -> tuple[str, str]:
    """Return the text before and after the macro in its parameter's name or value, or in its path segment."""
    before, after = head, tail
    for bound in _bounds(head):
        before, after = before.rpartition(bound)[2], after.partition(bound)[0]
    _, equals, value = before.partition("=")
    return (value, after) if equals else (before, after.partition("=")[0])


def _bounds(head: str) -> str:
    """Return the characters that separate path segments, parameters or entries of an Intent, after this beginning."""
    if "#" in head:
        return "&?#;" if "#Intent;" in head else "&?#"
    return "&?#" if "?" in head else "&?#/"


def _depth(before: str, after: str) -> int:
    """Return how often a value is encoded: once more than the nearest encoded delimiter on either side."""
    if "%" not in before and "%" not in after:
        return 1
    is_packed = len(re.findall(_PAIR, f"{before}{{}}{after}", re.IGNORECASE)) > 1
    tokens = [list(re.finditer(_TOKEN, text)) for text in (before, after)]
    nearest = [_nearest(tokens[0][::-1], is_packed=is_packed), _nearest(tokens[1], is_packed=is_packed)]
    address = re.match(_ADDRESS, before)
    return max(*nearest, 2 + len(address[1]) // 2 if address else 1)


def _nearest(tokens: Iterable[re.Match[str]], *, is_packed: bool) -> int:
    """Return the depth of the first delimiter. One that is encoded more often than a slash before it is inside it."""
    limit = None
    for token in tokens:
        kind = str(token.lastgroup)
        depth = 2 + len(token[kind]) // 2
        if kind == "slash":
            limit = min(depth, limit or depth)
        elif (kind == "delimiter" or is_packed) and depth <= (limit or depth):
            return depth
    return 1


def _is_whole_value(before: str, depth: int) -> bool:
    """Return whether `=` at this depth stands before the macro: the whole query is then the value of one parameter."""
    return before.upper().endswith("=" if depth == 1 else f"%{'25' * (depth - 2)}3D")


def encoder(place: Place) -> Callable[[str], str]:
    """Return the function that encodes a value for its place."""
    if place.name == QUERY:
        return partial(_encode_query, depth=place.depth)
    return partial(_encode_in_path, depth=place.depth) if place.is_path else percent_encode


def _encode_in_path(value: str, depth: int) -> str:
    """Encode a value that may become a path segment: `.` and `..` would lead to another path."""
    return _encode_again(_DOTS.get(value) or percent_encode(value), depth - 1)


def _encode_query(query: str, depth: int) -> str:
    return _encode_again(_DOTS.get(query, query), depth - 1)


def _encode_again(value: str, times: int) -> str:
    for _ in range(times):
        value = percent_encode(value)
    return value


@lru_cache(maxsize=_CACHED_TEMPLATES)
def own_names(template: str) -> frozenset[str]:
    """Return the names of the template's own parameters where it has the macro `query`, which must not repeat them."""
    of_query = (place for place in places(template) if place.name == QUERY)
    return frozenset(name for place in of_query for name in _names_beside(template, place))


def _names_beside(template: str, place: Place) -> Iterator[str]:
    """Return the names of the parameters among which the whole query stands; none if it is the value of one."""
    before, after = template.split("{query}", 1) if place.depth == 1 else (place.before, place.after)
    for _ in range(place.depth - 1):
        before, after = unquote(before), unquote(after)
    if before.endswith("="):
        return
    text = before + after if "#" in before else (before + after).partition("#")[0]
    for parameter in re.split("[?&#]", text)[1:]:
        name = parameter.partition("=")[0]
        if name and "{" not in name:
            yield unquote_plus(name)


@lru_cache(maxsize=_CACHED_TEMPLATES)
def without_query(template: str) -> str:
    """Return the template without the macro `query`, and without the `&` or `?` that only it needs."""
    for pattern, kept in ((_ALONE, ""), (_LEADING, r"\1"), (_IN_VALUE, r"\1"), (_TRAILING, "")):
        template = re.sub(pattern, kept, template)
    return template.replace(f"{{{QUERY}}}", "")
