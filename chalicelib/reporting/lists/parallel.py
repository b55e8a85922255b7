"""Several reads at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

READERS = 8
"""Maximum number of reads at once."""

Key = TypeVar("Key")
Result = TypeVar("Result")


def parallel(read: Callable[[Key], Result], keys: Sequence[Key]) -> list[Result]:
    """Return the results of all reads, in the order of the keys."""
    if len(keys) <= 1:
        return list(map(read, keys))
    with ThreadPoolExecutor(min(READERS, len(keys))) as readers:
        return list(readers.map(read, keys))
