"""The language of a visitor, from the `Accept-Language` header."""

import re
from functools import lru_cache

from chalicelib.domain.languages import fold_language

_ENTRY = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_][\w-]*)?\s*(?:;\s*[qQ]\s*=\s*([\d.]*)\s*)?")
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?|\.\d{1,3})?")
_NO_LANGUAGES = {"und", "mul", "mis", "zxx"}
"""Codes of no one language."""


def language(accepted: str) -> str | None:
    """Return the code of the preferred language: `en` for `de-AT;q=0.5, en_GB`.

    Entries that cannot be read are skipped, as are those with quality 0. Of equal ones the first wins.
    """
    return _language(accepted[:200])


@lru_cache(maxsize=4096)
def _language(accepted: str) -> str | None:
    entries = [entry for part in accepted.split(",") if (entry := _readable(part))]
    return max(entries, key=lambda entry: entry[0])[1] if entries else None


def _readable(part: str) -> tuple[float, str] | None:
    """Return quality and language of one entry, or None if it has none. A missing quality is 1."""
    found = _ENTRY.fullmatch(part)
    if found is None or not _QUALITY.fullmatch(found[2] or ""):
        return None
    quality, code = float(found[2] or 1), fold_language(found[1])
    return None if quality == 0 or code in _NO_LANGUAGES else (quality, code)
