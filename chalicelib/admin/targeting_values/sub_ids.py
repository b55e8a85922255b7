"""Checks of patterns for sub-IDs: `news-*`, in which `*` stands for any characters."""

MAX_PATTERN = 100


def sub_id_pattern_error(pattern: str) -> str | None:
    """Return the complaint about a pattern; None for a valid one. Only `*` is a wildcard."""
    if not 1 <= len(pattern) <= MAX_PATTERN:
        return f"must be a pattern such as news-* of 1 to {MAX_PATTERN} characters"
    if not pattern.isprintable():
        return "must be a pattern such as news-* without line ends and other characters that cannot be shown"
    return None if pattern.strip() else "must be a pattern such as news-*, not only spaces"
