"""Languages of visitors: primary subtags, with old and regional codes folded into one."""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGE_ALIASES: Mapping[str, str] = MappingProxyType(
    {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr", "nb": "no", "nn": "no"}
)
"""Old and regional codes that browsers send, with the code that visitors have."""


def fold_language(code: str) -> str:
    """Return the code that visitors have for a primary subtag in lower case."""
    return LANGUAGE_ALIASES.get(code, code)
