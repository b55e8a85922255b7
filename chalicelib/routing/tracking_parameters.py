"""The parameters that a publisher sets on a link: sub-IDs and their aliases, source, own click ID."""

from collections.abc import Mapping, Sequence

from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.percent_encoding import percent_encode

MAX_LENGTH = 255
MAX_CLICK_ID_LENGTH = 1000
MAX_QUERY = 1500

_SUB_NAMES = ("sub{n}", "sub_id_{n}", "aff_sub{n}", "s{n}")
_ALIASES = {name.format(n=n): f"sub{n}" for n in range(1, 11) for name in _SUB_NAMES} | {
    "pub_sub": "sub1",
    "sub_id": "sub1",
    "aff_sub": "sub1",
}
_SOURCES = ("source", "source_id")
_PUBLISHER_CLICK_ID_NAMES = ("click_id", "aff_click_id", "external_transaction_id", "clickid")
NAMES = (*_ALIASES, *_SOURCES, *_PUBLISHER_CLICK_ID_NAMES)
"""The names of all tracking parameters, in any case of letters. Other parameters are passed through."""

_NAMES = frozenset(NAMES)
FIELDS = {**_ALIASES, **dict.fromkeys(_SOURCES, "source"), **dict.fromkeys(_PUBLISHER_CLICK_ID_NAMES, "click_id")}
"""The field of the click for each name."""

_ENTITIES = frozenset(("amp", "nbsp", "quot", "apos", "lt", "gt"))


def max_length(name: str) -> int:
    """Return the number of characters that are kept of a tracking parameter."""
    return MAX_CLICK_ID_LENGTH if name in _PUBLISHER_CLICK_ID_NAMES else MAX_LENGTH


def parse_tracking_parameters(query: Mapping[str, Sequence[str]], rest: str = "") -> TrackingParameters:
    """Return the tracking parameters of a query (all values by name), truncated.

    `rest` is what the path has behind the code; there may be parameters in it.
    """
    if rest or _may_be_damaged(query):
        from chalicelib.routing.damaged_query import repaired  # noqa: PLC0415 - most links are whole

        query = repaired(query, rest, FIELDS)
    sub_ids: dict[str, str] = {}
    for name, values in query.items():
        sub = _ALIASES.get(name)
        if sub and values and (value := values[0] or _first_text(values)) and (sub not in sub_ids or name == sub):
            sub_ids[sub] = _truncate(value, MAX_LENGTH)
    others = [(name, values) for name, values in query.items() if name not in _NAMES]
    return TrackingParameters(
        sub_ids=sub_ids,
        source=_first(query, _SOURCES),
        external_click_id=_first(query, _PUBLISHER_CLICK_ID_NAMES, MAX_CLICK_ID_LENGTH),
        query=_encode(others) if others else "",
    )


def _may_be_damaged(query: Mapping[str, Sequence[str]]) -> bool:
    """Return whether the query may have damaged names or a second `?`, which JSON can have escaped."""
    for name, values in query.items():
        if name not in _NAMES and (name in _ENTITIES or not (name.isidentifier() and name.islower())):
            return True
        for value in values:
            if "?" in value or "\\" in value:
                return True
    return False


def _first(query: Mapping[str, Sequence[str]], names: Sequence[str], length: int = MAX_LENGTH) -> str | None:
    for name in names:
        values = query.get(name)
        if values and (value := values[0] or _first_text(values)):
            return _truncate(value, length)
    return None


def _first_text(values: Sequence[str]) -> str:
    """Return the first value that is not empty, or an empty one."""
    return next(filter(None, values), "")


def _truncate(text: str, length: int) -> str:
    # Neither the table nor a URL can hold half a surrogate pair.
    value = text[:length]
    return value if value.isascii() else value.encode(errors="replace").decode()


def _encode(parameters: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return the query string of these parameters; a parameter that does not fit is left out.

    A parameter without a value has no `=`: the event of API Gateway does not say whether the link had one.
    """
    query = ""
    for name, values in parameters:
        encoded = "&".join([_encode_parameter(name, value) for value in values if name or value])
        if encoded and len(query) + len(encoded) < MAX_QUERY:
            query = f"{query}&{encoded}" if query else encoded
    return query


def _encode_parameter(name: str, value: str) -> str:
    return f"{percent_encode(name)}={percent_encode(value)}" if value else percent_encode(name)
