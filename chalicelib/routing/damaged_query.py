"""Repairs the query of a link that was pasted or extended a little wrong."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

Query = Mapping[str, Sequence[str]]
"""All values by name, decoded."""

_PATH_DECODINGS = 3
_LEFTOVERS = re.compile(r"(?:amp;|#0*38;|#x0*26;|[?&;])+", re.IGNORECASE)
"""What is left of a separator before a name: `&` of HTML, a second `?`."""

_SEPARATOR = re.compile(r"[&?;]|%(?:25)*(?:26|3F|3B)", re.IGNORECASE)
_WORD = re.compile(r"(?!amp$)\w[\w.-]*", re.IGNORECASE)


def repaired(query: Query, rest: str, names: frozenset[str]) -> Query:
    """Return the query with names and separators repaired, after the parameters in `rest`, the path behind the code.

    A `?` in a value begins a parameter if a known name and `=` follow, unless the value is a URL.
    """
    parameters: dict[str, list[str]] = {}
    given = [*_path_parameters(rest), *((name, value) for name, values in query.items() for value in values)]
    for name, value in _separate(given, names):
        parameters.setdefault(_known_name(name, names), []).append(value)
    return parameters


def _known_name(name: str, names: AbstractSet[str]) -> str:
    """Return the name without leftovers; a known one in lower case. A name of nothing else stays."""
    leftovers = _LEFTOVERS.match(name)
    plain = name[leftovers.end() :] if leftovers else name
    known = plain.strip().lower()
    return known if known in names else plain or name


def _separate(parameters: Iterable[tuple[str, str]], names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the parameters, and those behind a second `?` in a name or value."""
    in_name, in_value = _second_parameters(names)
    for name, value in parameters:
        if match := in_name.fullmatch(name):
            yield match[1], ""
            name = match[2]  # noqa: PLW2901 - the rest of it
        pieces = in_value.split(value)
        if "://" in pieces[0]:
            pieces = [value]
        yield name, pieces[0]
        yield from zip(pieces[1::2], pieces[2::2], strict=True)


@lru_cache(maxsize=1)
def _second_parameters(names: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a known name behind a `?`: at the end of a name, and with its `=` in a value."""
    any_name = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    in_name = re.compile(rf"(.*[^?])\?++({any_name})", re.IGNORECASE | re.DOTALL)
    return in_name, re.compile(rf"(?<!\?)\?++(?:amp;)*+({any_name})=", re.IGNORECASE)


def _path_parameters(rest: str) -> list[tuple[str, str]]:
    """Return the parameters in a path behind its code, for example `&sub1=a`. A word without value is one too.

    The path may be encoded as a whole, or the separator before the first parameter alone.
    """
    for _ in range(_PATH_DECODINGS):
        found = _SEPARATOR.search(rest)
        if not found:
            break
        tail = rest[found.end() :]
        if len(found[0]) == 1 or "&" in tail:
            tail = tail.replace(";", "&") if found[0] == ";" else tail
            pairs = parse_qsl(tail.lstrip("&?"), keep_blank_values=True, errors="replace")
            return [(name, value) for name, value in pairs if value or _WORD.fullmatch(name)]
        rest = unquote(rest)
    return []
