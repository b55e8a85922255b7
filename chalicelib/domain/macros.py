"""Destination URLs: their macros filled in with what is known of the click."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

_MACRO = re.compile(r"\{([^{}]*)\}")


def fill(template: str, values: Mapping[str, str | None]) -> str:
    """The template with each macro replaced by its percent-encoded value; what is missing is empty.

    `query` alone goes in as it is: it holds whole parameters, encoded already.
    """
    pieces = _pieces(template)
    if len(pieces) == 1:
        return template
    filled = list(pieces)
    for n in range(1, len(pieces), 2):
        value = values.get(pieces[n]) or ""
        filled[n] = value if pieces[n] == "query" else quote(value, safe="")
    return "".join(filled)


def macros(template: str) -> tuple[str, ...]:
    """The names of the template's macros, in their order."""
    return _pieces(template)[1::2]


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[str, ...]:
    """Text and macro names in turn: `a{b}c` is `("a", "b", "c")`."""
    return tuple(_MACRO.split(template))
