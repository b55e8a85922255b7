"""The parameters that a publisher sets on a link: sub-IDs and their aliases, source, own click ID."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from chalicelib.domain.click import TrackingParameters

MAX_LENGTH = 255
MAX_QUERY = 1500

_SUB_NAMES = ("sub{n}", "sub_id_{n}", "aff_sub{n}")
_ALIASES = {name.format(n=n): f"sub{n}" for n in range(1, 11) for name in _SUB_NAMES} | {
    "pub_sub": "sub1",
    "sub_id": "sub1",
    "aff_sub": "sub1",
}
_SOURCES = ("source", "source_id")
_PUBLISHER_CLICK_ID_NAMES = ("click_id", "aff_click_id", "external_transaction_id")
NAMES = (*_ALIASES, *_SOURCES, *_PUBLISHER_CLICK_ID_NAMES)
"""The names of all tracking parameters. Other parameters are passed through."""

_NAMES = frozenset(NAMES)


def parse_tracking_parameters(query: Mapping[str, Sequence[str]]) -> TrackingParameters:
    """Return the tracking parameters of a query (all values by name), truncated to 255 characters each."""
    sub_ids: dict[str, str] = {}
    for name, values in query.items():
        sub = _ALIASES.get(name)
        if sub and values and values[0] and (sub not in sub_ids or name == sub):
            sub_ids[sub] = _truncate(values[0])
    others = [(name, values) for name, values in query.items() if name not in _NAMES]
    return TrackingParameters(
        sub_ids=sub_ids,
        source=_first(query, _SOURCES),
        external_click_id=_first(query, _PUBLISHER_CLICK_ID_NAMES),
        query=_encode(others) if others else "",
    )


def _first(query: Mapping[str, Sequence[str]], names: Sequence[str]) -> str | None:
    for name in names:
        values = query.get(name)
        if values and values[0]:
            return _truncate(values[0])
    return None


def _truncate(text: str) -> str:
    # Neither the table nor a URL can hold half a surrogate pair.
    value = text[:MAX_LENGTH]
    return value if value.isascii() else value.encode(errors="replace").decode()


def _encode(parameters: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return the query string of these parameters; a parameter that does not fit is left out."""
    query = ""
    for name, values in parameters:
        encoded = urlencode([(name, value) for value in values], errors="replace")
        if len(query) + len(encoded) < MAX_QUERY:
            query = f"{query}&{encoded}" if query else encoded
    return query
