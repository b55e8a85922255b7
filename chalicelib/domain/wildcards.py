"""Patterns in which `*` stands for any characters, or none."""


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text matches the pattern; letter case matters.

    Each part between two `*` is looked for once, behind the part before it, so that no pattern takes long: the first
    place is as good as any later one, and nothing is tried again.
    """
    prefix, *middle = pattern.split("*")
    if not middle:
        return text == pattern
    suffix = middle.pop()
    end = len(text) - len(suffix)
    if len(prefix) > end or not text.startswith(prefix) or not text.endswith(suffix):
        return False
    return _in_order(middle, text, len(prefix), end)


def may_overlap(pattern: str, other: str) -> bool:
    """Return whether a text may match both patterns. False is certain; with two `*` patterns True is not."""
    if "*" not in pattern or "*" not in other:
        return matches(pattern, other) if "*" not in other else matches(other, pattern)
    beginnings = pattern.partition("*")[0], other.partition("*")[0]
    ends = pattern.rpartition("*")[2][::-1], other.rpartition("*")[2][::-1]
    return all(one.startswith(two) or two.startswith(one) for one, two in (beginnings, ends))


def _in_order(parts: list[str], text: str, start: int, end: int) -> bool:
    """Return whether the parts follow each other in a section of the text."""
    for part in parts:
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True
