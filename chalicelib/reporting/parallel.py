"""Several reads at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TypeVar

READERS = 8
"""Maximum number of reads at once."""

KEYS_PER_READ = 100
"""Maximum number of keys of a batch read."""

Key = TypeVar("Key")
Result = TypeVar("Result")


def parallel(read: Callable[[Key], Result], keys: Sequence[Key]) -> list[Result]:
    """Return the results of all reads, in the order of the keys."""
    if len(keys) <= 1:
        return list(map(read, keys))
    with ThreadPoolExecutor(min(READERS, len(keys))) as readers:
        return list(readers.map(read, keys))


def in_batches(read: Callable[[Sequence[Key]], Iterable[Result]], keys: Sequence[Key]) -> Iterator[Result]:
    """Yield the results of batch reads, in the order of the keys. `read` must not be lazy."""
    batches = [keys[n : n + KEYS_PER_READ] for n in range(0, len(keys), KEYS_PER_READ)]
    return chain.from_iterable(parallel(read, batches))
