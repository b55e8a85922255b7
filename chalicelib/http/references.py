"""Reads the references of a document that may be malformed anywhere."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from chalicelib.http.error_details import escape_step
from chalicelib.http.models import is_unicode

MAX_REFERENCES = 500
"""Maximum number of references that are read from one field: no valid document has more."""

MAX_ID = 64
"""Maximum length of the ID of a campaign, smartlink or publisher in a request."""

EACH = "*"
"""The step of a path that matches every entry of a list."""


def texts_at(document: Any, *path: str, max_length: int) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    """Return the texts at a path such as `("offers", EACH, "campaign_id")`, by JSON pointer.

    Other values, and texts that are empty, too long or not valid Unicode, are left out: the model reports them.
    """
    found = ((pointer, value) for pointer, value in _values_at(document, path, "") if isinstance(value, str))
    texts = ((pointer, text) for pointer, text in found if 0 < len(text) <= max_length and is_unicode(text))
    return dict(islice(texts, MAX_REFERENCES))


def _values_at(value: Any, path: tuple[str, ...], pointer: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - likewise
    if not path:
        yield pointer, value
    elif path[0] == EACH:
        for n, each in enumerate(value if isinstance(value, list) else ()):
            yield from _values_at(each, path[1:], f"{pointer}/{n}")
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values_at(value[path[0]], path[1:], f"{pointer}/{escape_step(path[0])}")
