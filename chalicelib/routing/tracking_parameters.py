"""What the publisher wrote on the click: sub-IDs under their many names, source, own click ID."""

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
"""Every parameter that is a label; all others ride along."""

_NAMES = frozenset(NAMES)


def parse_tracking_parameters(query: Mapping[str, Sequence[str]]) -> TrackingParameters:
    """The labels of a link's query, its parameters with all their values. Labels end after 255 characters."""
    sub_ids: dict[str, str] = {}
    for name, values in query.items():
        sub = _ALIASES.get(name)
        if sub and values and values[0] and (sub not in sub_ids or name == sub):
            sub_ids[sub] = _label(values[0])
    rest = [(name, values) for name, values in query.items() if name not in _NAMES]
    return TrackingParameters(
        sub_ids=sub_ids,
        source=_first(query, _SOURCES),
        external_click_id=_first(query, _PUBLISHER_CLICK_ID_NAMES),
        query=_rest(rest) if rest else "",
    )


def _first(query: Mapping[str, Sequence[str]], names: Sequence[str]) -> str | None:
    for name in names:
        values = query.get(name)
        if values and values[0]:
            return _label(values[0])
    return None


def _label(text: str) -> str:
    # Half a surrogate pair is no text that a table or a URL can carry.
    label = text[:MAX_LENGTH]
    return label if label.isascii() else label.encode(errors="replace").decode()


def _rest(parameters: Sequence[tuple[str, Sequence[str]]]) -> str:
    """The other parameters, whole ones, as long as they fit."""
    kept = ""
    for name, values in parameters:
        more = urlencode([(name, value) for value in values], errors="replace")
        if len(kept) + len(more) < MAX_QUERY:
            kept = f"{kept}&{more}" if kept else more
    return kept
