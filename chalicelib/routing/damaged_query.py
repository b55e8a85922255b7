"""Repairs the query of a link that was pasted or extended a little wrong."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

Query = Mapping[str, Sequence[str]]
"""All values by name, decoded."""

Parameter = tuple[str, str]

_ADVERTISING = (
    r"utm_\w+|gclid|gbraid|wbraid|dclid|gclsrc|gad_source|fbclid|ttclid|msclkid|"
    "twclid|li_fat_id|yclid|sccid|epik|rdt_cid|irclickid|igshid|srsltid|mc_cid|mc_eid"
)
"""Names that advertising networks append, often behind a second `?`."""

_PATH_DECODINGS = 3
_INVISIBLE = r"\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_LEFTOVERS = re.compile(rf"(?:(?:amp|nbsp|#0*38|#0*160|#x0*26|#x0*a0);|[?&;{_INVISIBLE}])+", re.IGNORECASE)
"""What is left of a separator before a name: `&` or a space of HTML, a second `?`, invisible characters."""

_AFTER_NAME = re.compile(rf"[{_INVISIBLE}]+\Z")
_JUNK = re.compile(r"(?is)(?:(?:amp|nbsp|quot|apos|lt|gt)|#(?:\d+|x[0-9a-f]+);.*)?[\W_]*")
"""A name without a value that nobody meant: punctuation, or what is left of HTML's `&gt` and `&#39;`."""

_JSON_ESCAPES = {"\\u0026": "&", "\\u003d": "=", "\\u003f": "?"}
_SEPARATOR = re.compile(r"[&?;]|%(?:25)*(?:26|3F|3B)", re.IGNORECASE)


def repaired(query: Query, rest: str, fields: Mapping[str, str]) -> Query:
    """Return the query with names and separators repaired, after the parameters in `rest`, the path behind the code.

    `fields` has the field of the click for each known name. `click_id` is never split.
    """
    given = [*_path_parameters(rest), *((name, value) for name, values in query.items() for value in values)]
    whole = [parameter for each in given for parameter in _unpacked(*each, fields)]
    own = {fields.get(name, name.lower()) for name, value in whole if value}
    parameters: dict[str, list[str]] = {}
    for name, value in _separate(whole, own, fields):
        if value or not _is_junk(name):
            parameters.setdefault(name, []).append(value)
    return parameters


def _is_junk(name: str) -> bool:
    """Return whether a name without a value is a leftover, also that of another character of HTML: `&rsquo;`."""
    if ";" not in name:
        return bool(_JUNK.fullmatch(name))
    from html.entities import html5  # noqa: PLC0415 - 2,000 names, which few links need

    entity = name.partition(";")[0] + ";"
    return entity in html5 or entity.lower() in html5 or bool(_JUNK.fullmatch(name))


def _unpacked(name: str, value: str, fields: Mapping[str, str]) -> Iterator[Parameter]:
    """Yield the parameter with its name repaired, or the parameters of a query that was encoded as a whole."""
    plain = _plain_name(name, fields)
    head, equals, _ = plain.partition("=")
    if not value and not equals:
        plain = _unescaped(unquote(plain))
        head, equals, _ = plain.partition("=")
    if equals and _is_known(head, fields):
        text = f"{plain}={quote(value, safe='', errors='surrogatepass')}" if value else plain
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
        yield from ((_plain_name(each, fields), found) for each, found in pairs)
    else:
        yield _plain_name(name, fields), value


def _plain_name(name: str, fields: Mapping[str, str]) -> str:
    """Return the name without leftovers; a known one in lower case. HTML's remnants stay, to be left out."""
    leftovers = _LEFTOVERS.match(name)
    plain = name[leftovers.end() :] if leftovers else name
    known = _AFTER_NAME.sub("", plain).lower()
    return known if known in fields else plain or name


def _is_known(name: str, fields: Mapping[str, str]) -> bool:
    return name.lower() in fields or bool(_second_parameters(frozenset(fields))[2].fullmatch(name))


def _separate(parameters: Iterable[Parameter], own: AbstractSet[str], fields: Mapping[str, str]) -> Iterator[Parameter]:
    """Yield the parameters, and those behind a second `?` in a name or value."""
    in_name, _, _ = _second_parameters(frozenset(fields))
    for name, value in parameters:
        if match := in_name.fullmatch(name):
            yield match[1], ""
            yield from _split(match[2].lower(), value, own, fields)
        else:
            yield from _split(name, value, own, fields)


def _split(name: str, value: str, own: AbstractSet[str], fields: Mapping[str, str]) -> Iterator[Parameter]:
    """Yield the parameters of one value: a known name and `=` behind a `?` begin the next one.

    A value that may be an address stays whole, and so does a click ID, and what would replace a parameter in `own`.
    """
    _, in_value, _ = _second_parameters(frozenset(fields))
    taken = set(own)
    while match := in_value.search(value):
        second = match[1].lower()
        field = fields.get(second, second)
        before = value[: match.start()]
        if fields.get(name) == "click_id" or field in taken or "/" in before or "." in before:
            break
        yield name, before
        taken.add(field)
        name, value = second if second in fields else match[1], value[match.end() :]
    yield name, value


@lru_cache(maxsize=1)
def _second_parameters(names: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a known name behind a `?`, in a name and in a value, and of one alone."""
    ours = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    known = f"({ours}|{_ADVERTISING})"
    in_name = re.compile(rf"(.*[^?])\?++{known}", re.IGNORECASE | re.DOTALL)
    in_value = re.compile(rf"(?:(?<!\?)\?++(?:amp;)*+|\\u0026){known}=", re.IGNORECASE)
    return in_name, in_value, re.compile(known, re.IGNORECASE)


def _unescaped(text: str) -> str:
    """Return the text with the separators that JSON has escaped."""
    for escaped, plain in _JSON_ESCAPES.items():
        text = text.replace(escaped, plain).replace(escaped.replace("d", "D").replace("f", "F"), plain)
    return text


def _path_parameters(rest: str) -> list[Parameter]:
    """Return the parameters in a path behind its code, for example `&sub1=a`.

    The path may be encoded as a whole, or the separator before the first parameter alone.
    """
    for _ in range(_PATH_DECODINGS):
        rest = _unescaped(re.sub("%5C(?=u00)", r"\\", rest, flags=re.IGNORECASE))
        found = _SEPARATOR.search(rest)
        if not found:
            break
        tail = rest[found.end() :]
        if len(found[0]) == 1 or "&" in tail:
            tail = tail.replace(";", "&") if found[0] == ";" else tail
            return parse_qsl(tail.lstrip("&?"), keep_blank_values=True, errors="replace")
        rest = unquote(rest)
    return []
