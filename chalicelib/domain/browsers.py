"""Browsers that visitors can have, and their other names."""

from collections.abc import Mapping
from types import MappingProxyType

BROWSERS = frozenset({"chrome", "edge", "facebook", "firefox", "ie", "instagram", "opera", "safari", "samsung"})

BROWSER_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "google chrome": "chrome",
        "internet explorer": "ie",
        "microsoft edge": "edge",
        "samsung internet": "samsung",
    }
)
"""Usual other names in lower case."""
