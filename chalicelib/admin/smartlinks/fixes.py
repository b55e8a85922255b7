"""Fixes of warnings about offers: merge patches, which replace the list of offers as a whole."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.http.merge_patch import merged

MAX_FIXES_BYTES = 350_000
"""Maximum size of all fixes in one answer: each repeats every offer."""

MAX_BYTES = 700_000
"""Maximum size of the offers and of all fixes: an answer has at most 1 MB."""


class OfferFixes:
    """Builds the fixes of a smartlink's offers until their size is used up."""

    def __init__(self, offers: Sequence[Mapping[str, Any]]) -> None:
        self._offers = offers
        self._size: int | None = None
        self._room = 0

    def change(self, position: int, changes: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the patch that merges the changes into one offer; None if it would be too large."""
        if self._size is None:
            self._size = len(json.dumps(self._offers))
            self._room = min(MAX_FIXES_BYTES, MAX_BYTES - self._size)
        if self._size > self._room:
            return None
        self._room -= self._size
        offers = list(self._offers)
        offers[position] = merged(offers[position], changes)
        return {"offers": offers}
