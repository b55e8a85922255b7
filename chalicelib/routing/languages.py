"""The language of a visitor, from the `Accept-Language` header."""

import re
from functools import lru_cache

from chalicelib.domain.languages import sent_language

_ENTRY = re.compile(
    r"\s*([A-Za-z]{2,3})(?:[-_][\w-]*)?(?:\.[\w-]*)?(?:@\w*)?\s*(?:;\s*(?![qQ]\s*=)\w+\s*=\s*[\w.]*\s*)*"
    r"(?:;\s*[qQ]\s*=\s*([\d.]*)\s*)?"
)
"""An entry, with the encoding and variant of POSIX (`de_DE.UTF-8@euro`) and parameters before its quality."""
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?|\.\d{1,3})?")
_NO_LANGUAGES = {"und", "mul", "mis", "zxx"}
"""Codes of no one language."""
_LONGEST = 200
"""Characters of the header that are read."""


def language(accepted: str) -> str | None:
    """Return the code of the preferred language: `en` for `de-AT;q=0.5, en_GB`.

    Entries that cannot be read are skipped, as are those with quality 0 or a code that no language has. Of equal ones
    the first wins.
    """
    if len(accepted) > _LONGEST:
        # The last entry may have lost its quality.
        accepted = accepted[: _LONGEST + 1].rpartition(",")[0]
    return _language(accepted)


@lru_cache(maxsize=4096)
def _language(accepted: str) -> str | None:
    entries = [entry for part in accepted.split(",") if (entry := _readable(part))]
    return max(entries, key=lambda entry: entry[0])[1] if entries else None


def _readable(part: str) -> tuple[float, str] | None:
    """Return quality and language of one entry, or None if it has none. A missing quality is 1."""
    found = _ENTRY.fullmatch(part)
    if found is None or not _QUALITY.fullmatch(found[2] or ""):
        return None
    quality, code = float(found[2] or 1), sent_language(found[1])
    return None if quality == 0 or code is None or code in _NO_LANGUAGES else (quality, code)
